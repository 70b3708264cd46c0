// Every bound of the program: unit, reason, and what happens when it is met.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/instant.hpp"

namespace hb::limits {

using namespace std::chrono_literals;

// --- messages (spec: wire.md 1.7; larger ones are refused by real nodes) ---
inline constexpr std::size_t message_bytes_max = 262143;                  // a final wire message
inline constexpr std::size_t message_uncompressed_bytes_max = 2U << 20U;  // before compression
inline constexpr std::size_t udp_bytes_max = 65507;            // one datagram; more is lost
inline constexpr std::size_t message_fields_max = 1024;        // per level; more: too_large
inline constexpr std::size_t message_fields_total_max = 4096;  // all levels; more: too_large
inline constexpr std::size_t message_depth_max = 16;           // nested structs; text form's own
inline constexpr std::size_t usual_fields = 20;                // room for these is made at once
inline constexpr std::size_t usual_packet_bytes = 512;         // likewise
inline constexpr std::size_t packed_list_bytes_max = 1023;     // type 3 in netstring form
inline constexpr std::size_t list_elements_max = 1024;         // of one list; more: too_large
inline constexpr std::size_t signature_bytes_max = 160;        // `INDEX DIGEST`; sha512: 131
inline constexpr std::size_t node_name_bytes_max = 99;
inline constexpr std::size_t status_word_bytes_max = 31;
inline constexpr std::size_t node_list_bytes_max = 5119;
inline constexpr std::size_t key_index_max = 15;
// Of a local client's frame (clientapi.md 2); a header that announces more ends this client.
inline constexpr std::size_t client_body_bytes_max = 262144;

// --- clients and plugins ---
inline constexpr std::size_t client_name_bytes_max = 31;  // clientapi.md 4; 3.0.6 cuts longer ones
inline constexpr std::size_t clients_max = 250;           // signed on; more are refused
// To the socket; then the oldest one that has not signed on is closed.
inline constexpr std::size_t client_connections_max = 300;
inline constexpr std::size_t client_queue_frames = 64;  // of one client, not taken yet, as in 3.0.6
inline constexpr std::size_t client_queue_frames_max = 4096;      // as it may ask with set_sendqlen
inline constexpr std::size_t client_queue_bytes_max = 1U << 20U;  // likewise; then it is cut off
// Of all clients together; then the one for which most waits is cut off.
inline constexpr std::size_t client_waiting_bytes_max = 16U << 20U;
inline constexpr std::size_t client_read_bytes = 8192;    // of one client at a time
inline constexpr std::size_t client_calls_per_turn = 16;  // of all, before the links' next turn
inline constexpr std::size_t client_bytes_per_turn = 1U << 16U;  // likewise; one body may be more
inline constexpr Duration client_audit_pause =
    9s;                                            // looks whether their processes live; 3.0.6: 9 s
inline constexpr int client_backlog = 128;         // not accepted yet, as in 3.0.6
inline constexpr Duration client_log_pause = 60s;  // one line of a kind, with a count
inline constexpr std::size_t plugin_requests_per_second = 20;  // of one plugin; more are refused
inline constexpr Duration plugin_refused_log_pause = 60s;      // one line, with a count
inline constexpr std::size_t ping_count_max = 10000;           // as a peer or a plugin may say
inline constexpr Duration ipfail_move_pause = 60s;             // between two moves for ping nodes
inline constexpr Duration ipfail_confirm = 10s;  // for a peer's word; a 3.0.6 may be slow
inline constexpr Duration ipfail_settle = 10s;   // after peers moved groups; 3.0.6 sleeps as long
inline constexpr Duration ipfail_quiet =
    10s;  // what we reach must stay so long before the pause ends,
inline constexpr Duration ipfail_pause_longest = 10min;  // which ends after that long at the latest

// A status report with the rest of its frame is a message that 3.0.6's library takes; a client that
// asks often must not keep the loop busy. Longer lists are cut, and the report says so.
inline constexpr std::size_t status_bytes_max = 240'000;
inline constexpr Duration status_pause = 100ms;       // between two of them, whoever asks
inline constexpr std::size_t status_list_max = 1024;  // of one list of it, before it is written

// --- sequencing (wire.md 5.1; both sides of a mixed cluster must agree) ---
inline constexpr std::size_t history_messages = 500;
inline constexpr std::size_t missing_max = 500;
inline constexpr std::uint64_t lost_too_many = 250;
inline constexpr std::uint64_t ack_every = 10;
inline constexpr std::size_t resend_per_request = 50;
inline constexpr std::uint64_t flow_limit = 250;
inline constexpr Duration rexmit_delay_min = 50ms;
// Requests for one number that a 3.0.6 leaves unanswered until it is given up (10 s by default).
inline constexpr std::uint32_t requests_unanswered_max = 40;
// The same after one was given up, until it answers again.
inline constexpr std::uint32_t requests_ignored_max = 4;
inline constexpr Duration resend_pause_slack = 10ms;  // resent less than delay minus this ago: skip
inline constexpr std::size_t held_messages_max =
    250;  // kept back for order per peer; then delivered
inline constexpr std::size_t held_bytes_max = 1U << 20U;  // of these, per peer; then delivered
inline constexpr std::size_t parked_messages_max = 32;    // of a life before its status; dropped
inline constexpr std::uint64_t message_number_max = UINT64_MAX / 2;  // `seq`; more: malformed

// --- membership ---
inline constexpr std::size_t nodes_max = 100;
inline constexpr std::size_t links_max = 64;
inline constexpr Duration reqnodes_retry = 1s;
inline constexpr Duration reqnodes_retry_ours = 250ms;  // a peer of ours answers at once
inline constexpr Duration extra_status_pause = 50ms;    // between statuses that a peer can provoke
inline constexpr Duration peer_timeout_max = 24h;       // of a peer's `dt`; more is cut
inline constexpr std::size_t ping_seconds = 128;        // whose requests may still be answered
inline constexpr std::size_t load_bytes_max = 63;       // field `ld`, as in 3.0.6
inline constexpr Duration start_grace = 2s;             // added to `dt` ...
inline constexpr Duration start_grace_span = 5s;        // ... for this long after start
inline constexpr Duration link_flap_log_pause = 60s;
inline constexpr unsigned link_flap_log_lines = 4;       // of one link to one peer, in that pause
inline constexpr Duration dead_link_alarm_pause = 24h;   // a dead link while others work: each day
inline constexpr Duration protection_alarm_pause = 24h;  // while disks are unprotected: each day
inline constexpr std::size_t heard_field_bytes_max = 2000;  // `hb_heard`; nodes beyond: left out

// --- resources (resources.md 10.3) ---
inline constexpr Duration script_timeout_start = 60s;
inline constexpr Duration script_timeout_status = 60s;
inline constexpr Duration script_timeout_stop = 120s;
inline constexpr Duration kill_ladder_pause = 2s;  // from SIGTERM to SIGKILL of a script's group
inline constexpr Duration script_rest_max = 1h;    // of a script that outlived its daemon
inline constexpr int stop_retries = 10;
inline constexpr Duration stop_retry_pause = 1s;
inline constexpr std::size_t script_output_bytes_max = 4096;  // kept of a script's stdout
inline constexpr Duration standby_answer = 10s;               // `me` waits so long for `other`
inline constexpr Duration late_answer = 8s;  // a 3.0.6 waits 10 s for the answer to its `me`
inline constexpr Duration standby_release_seen =
    15s;  // `other` waits so long for the release report
inline constexpr Duration standby_phase = 3600s;
inline constexpr Duration both_booting_wait = 10s;     // with a real 3.0.6 peer that stays unstable
inline constexpr Duration ask_again = 1s;              // a question for holdings is repeated
inline constexpr Duration ask_again_starting = 100ms;  // of a 3.0.6 that starts as we do
inline constexpr Duration ask_returned = 100ms;        // a 3.0.6 hears a status of ours before
inline constexpr Duration ask_silent = 30s;            // a peer that never answered may be a 3.0.6
inline constexpr Duration ip_free_again = 10s;         // after a cut a 3.0.6 restarts itself first
inline constexpr Duration ip_request_again = 10s;      // legacy mode; a 3.0.6 would ask once
inline constexpr Duration tell_again = 1s;             // the last of a row of reports, to a 3.0.6
inline constexpr Duration farewell = 1s;               // heartbeats go on after `shutdone`
inline constexpr Duration fence_retry_first = 5s;      // after a round of all devices, as in 3.0.6
inline constexpr Duration fence_retry_longest = 60s;   // it doubles up to this
inline constexpr unsigned fence_rounds = 10;           // then an operator must confirm
inline constexpr std::size_t fence_devices_max = 16;   // lines of ha.cf; more is an error
inline constexpr std::size_t fence_parameters_max = 64;  // of one device; more is an error
inline constexpr Duration fence_act = 5s;                // what most devices need to cut the power
inline constexpr Duration fence_alarm_pause = 1h;        // while a node's groups stay down
inline constexpr Duration fence_probe_pause = 1h;        // between two looks at the devices
inline constexpr std::size_t fence_history_lines = 100;  // kept on disk; the oldest go
inline constexpr std::size_t fence_shots_shown = 20;     // in the status; the history has them all
inline constexpr Duration fence_timeout = 60s;           // of one shot
inline constexpr Duration fence_timeout_of_people = 600s;  // of one shot by hand (meatware)

// --- the shell ---
inline constexpr std::size_t frames_per_drain = 256;   // per link, before the timer is looked at
inline constexpr std::size_t send_queue_frames = 256;  // per link; the oldest is dropped
inline constexpr int receive_buffer_bytes = 1 << 20;   // per link: 2,000 packets of a stall of ours
inline constexpr std::size_t ping_sequences = 128;     // of a group, remembered as counted (3.0.6)
inline constexpr std::size_t lookups_max = 256;  // names that wait for the resolver; then later
inline constexpr Duration lookup_again = 10s;    // a name that was not found
inline constexpr std::size_t fifo_bytes_max = 65536;
inline constexpr Duration housekeeping = 1s;             // closed links, load average, recorder
inline constexpr Duration service_words_pause = 5s;      // of the line in `systemctl status`
inline constexpr std::size_t service_words_bytes = 200;  // of it; then nodes are left out
inline constexpr Duration lateness_shown = 60s;  // the worst of this time, and of that before
inline constexpr Duration send_recovery = 10s;   // without a failure, then `works again`
// Of a serial line, in time because speeds differ: what may wait for it; with how much in front of
// it a heartbeat overtakes; how much the driver is given before it is due.
inline constexpr Duration serial_queue_time = 4s;
inline constexpr Duration serial_hurry = 1s;
inline constexpr Duration serial_ahead = 100ms;
inline constexpr std::size_t serial_piece_bytes = 512;  // of one write, as in 3.0.6
inline constexpr Duration serial_stuck = 3s;            // nothing is taken; the queue's head goes
inline constexpr int serial_reads_per_drain = 6;        // of 4 KiB: all that a terminal buffers
inline constexpr unsigned serial_opening_ticks = 10;    // of an opening; then it is logged
inline constexpr std::size_t serial_join_bytes = 1024;  // of a frame that we came in the middle of
inline constexpr std::size_t hook_queue_max = 256;
inline constexpr std::size_t children_max = 256;
inline constexpr std::size_t record_bytes_max = 32U << 20U;  // one record; larger is damage
inline constexpr std::size_t recording_buffer_bytes_max = 8U << 20U;  // then the recording ends
inline constexpr Duration recording_write_pause = 300ms;  // what a kill may lose, at most 1 s
inline constexpr Duration hook_timeout = 60s;
inline constexpr Duration spawn_answer = 1s;
inline constexpr Duration kill_answer = 2s;      // after SIGKILL; then it counts as hung for good
inline constexpr std::size_t launchers_max = 8;  // threads hung in a start; then starts queue
inline constexpr std::size_t helper_stack_bytes = 256U << 10U;  // locked in memory, so kept small
inline constexpr std::size_t log_queue_lines = 1024;            // the oldest goes, and is counted
inline constexpr std::size_t log_line_bytes_max = 2000;         // cut
inline constexpr Duration log_last_words = 2s;         // the daemon's end waits so long for the log
inline constexpr Duration bad_packet_log_pause = 60s;  // one line per class and pause, with a count

// --- programs of respawn and failfast, watchdog ---
inline constexpr std::size_t api_rules_max = 256;       // apiauth; more is an error
inline constexpr std::size_t programs_max = 64;         // lines of ha.cf; more is an error
inline constexpr Duration program_short_life = 30s;     // shorter counts as a crash, as in 3.0.6
inline constexpr Duration program_pause_first = 1s;     // before it is started again, as in 3.0.6
inline constexpr Duration program_pause_longest = 60s;  // it doubles up to this
inline constexpr unsigned program_crashes = 10;         // in a row, then it is a crash loop: error
inline constexpr Duration program_log_pause = 10min;    // of a crash loop: one line with a count
inline constexpr Duration program_start_answer = 30s;   // of the launcher; then it is tried again
inline constexpr Duration program_stop_pause = 10s;     // from SIGTERM to SIGKILL of its group
// --- plugins: bounds for a helper gone wild; a good one needs a hundredth ---
inline constexpr std::size_t helper_fields_max = 256;             // of one frame; more: too_large
inline constexpr std::size_t helper_frame_bytes_max = 65536;      // one frame; more: too_large
inline constexpr std::size_t helper_queue_bytes_max = 1U << 18U;  // not taken yet; then it hangs
inline constexpr std::size_t helper_burst_bytes = 1U << 17U;  // it sends at once; then it is ended
inline constexpr std::size_t helper_bytes_per_second = 1U << 15U;  // and for long
inline constexpr std::size_t helper_request_burst = 100;           // at once; then it is cut off
inline constexpr std::size_t helper_requests_per_second = 20;      // and for long
inline constexpr std::size_t helper_output_bytes_max = 65536;  // to the log; the rest is dropped
inline constexpr std::size_t helper_output_lines_max = 1000;   // likewise
inline constexpr Duration helper_output_span = 1h;             // in this time
// Of address space; an allocation beyond it fails.
inline constexpr std::size_t helper_memory_bytes_max = 512U << 20U;
inline constexpr Duration helper_question_pause = 5s;    // to an idle watching plugin
inline constexpr Duration helper_answer = 10s;           // then it hangs and is replaced
inline constexpr Duration helper_restart_first = 1s;     // it doubles ...
inline constexpr Duration helper_restart_longest = 60s;  // up to this
inline constexpr Duration helper_healthy = 60s;  // who lived so long begins with the first again

// --- native agents ---
// Requests sent to the kernel at once: a stop is seen in between, and more gain nothing (measured:
// 1,000 addresses need 10 ms either way).
inline constexpr std::size_t netlink_batch = 50;
inline constexpr std::size_t netlink_buffer_bytes = 32768;  // one read of a dump, as libmnl advises
inline constexpr Duration address_probe_max = 5s;    // for the owner of an address; more is cut
inline constexpr Duration agent_lock_wait = 2s;      // for another start; then labels may be equal
inline constexpr unsigned address_labels_max = 512;  // of one interface, as in 3.0.6; then none
inline constexpr unsigned announce_pairs = 5;        // of frames, per start, as in 3.0.6
// The repeats of thousands of addresses must not flood the segment: 100,000 frames a second.
inline constexpr std::size_t announce_frames_per_turn = 100;
inline constexpr Duration announce_turn_pause = 1ms;
inline constexpr std::size_t announce_bursts_max = 65536;  // waiting for a repeat; then dropped
// Addresses that groups hold and somebody else removes: so often they are put back within that
// span, then they rest.
inline constexpr Duration announce_refresh_min = 1s;
// Somebody else announces an address that runs here: how soon he is answered again, and how often
// within that span before he is left alone.
inline constexpr Duration claim_answer_pause = 1s;
inline constexpr std::size_t claim_answers_max = 10;
inline constexpr Duration claim_answers_span = 60s;
inline constexpr Duration claim_rest = 5min;
inline constexpr Duration claim_age_max = 500ms;       // an older one may be of the time before
inline constexpr std::size_t claims_per_second = 500;  // that are looked at; the rest is not
inline constexpr std::size_t address_mends_max = 5;
inline constexpr Duration address_mends_span = 60s;
inline constexpr Duration address_rest = 5min;
inline constexpr Duration address_mend_again = 10s;     // after one that failed
inline constexpr Duration agent_aside_timeout = 20s;    // of a look at all addresses: milliseconds
inline constexpr std::size_t addresses_named_max = 10;  // in one log line; the rest is counted
inline constexpr std::size_t links_watched_max = 4096;  // interfaces; of others nothing is known
// News of 1,000 addresses; when it is full, all addresses are read.
inline constexpr int link_watch_buffer_bytes = 1 << 20;
inline constexpr std::size_t processes_looked_at_max = 65536;  // in /proc; the rest is not seen
inline constexpr std::size_t agent_threads_max = 64;  // of calls that wait; then they queue
inline constexpr std::size_t agent_calls_max = 4096;  // in one batch; the rest comes next
// A program that an agent calls (fsck) may say so much; what it writes beyond that fails.
inline constexpr std::size_t program_output_file_bytes = 1U << 20U;
inline constexpr Duration filesystem_stop = 20s;  // as in 3.0.6; the second half with SIGKILL
inline constexpr std::chrono::seconds filesystem_stop_max = 9999s;
inline constexpr Duration unmount_pause = 100ms;     // between two attempts
inline constexpr unsigned unmounts_per_signal = 10;  // many take a second SIGTERM as impatience
inline constexpr unsigned links_followed_max = 40;   // in one path, as the kernel does
inline constexpr std::size_t mount_table_bytes_max = 16U << 20U;     // the rest is not seen
inline constexpr std::size_t descriptors_looked_at_max = 1U << 20U;  // of one process; likewise
inline constexpr std::size_t memory_map_bytes_max = 16U << 20U;      // of one process; likewise

// --- memory that is touched before it is needed ---
inline constexpr std::size_t stack_touched_bytes = 65536;  // of the loop and of the agents' thread
inline constexpr std::size_t heap_touched_block_bytes = 32768;  // below malloc's own mappings
inline constexpr std::size_t heap_touched_blocks = 8;
inline constexpr std::size_t heap_kept_bytes = 4U << 20U;  // free at its end, before it shrinks

// --- configuration files ---
inline constexpr std::size_t config_line_bytes_max = 5119;
inline constexpr std::size_t config_file_bytes_max = 1U << 20U;  // a larger one is an error
inline constexpr std::size_t config_errors_max = 100;  // reported per file, the rest is counted

// --- a changed haresources ---
inline constexpr std::size_t file_changes_told = 20;  // lines of the log for one reload
inline constexpr std::size_t removed_groups =
    1000;  // told to nodes that may not know; the oldest go

}  // namespace hb::limits
