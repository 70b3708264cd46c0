// stonith: lists, describes and drives fencing devices by hand, as cluster-glue's command of this
// name does. What it prints and how it ends is the same, but for more types of devices.
#include <unistd.h>

#include <cstdio>

#include "stonith_options.hpp"

namespace {

using namespace hb::tools;

// Exit statuses: the codes of libstonith (stonith.md 3).
enum Exit {
    ok = 0,
    bad_config = 1,
    access_denied,
    invalid,
    bad_host,
    reset_failed,
    timed_out,
    oops = 8
};
constexpr int no_hosts = 255;
constexpr std::uint32_t question_ms = 120'000;  // -S and -l
constexpr std::uint32_t action_ms = 600'000;    // -T: a person may have to act

Exit exit_of(hb_rc rc) {
    switch (rc) {
        case HB_OK:
            return ok;
        case HB_BAD_CONFIG:
            return bad_config;
        case HB_ACCESS:
            return access_denied;
        case HB_UNKNOWN_NODE:
            return bad_host;
        case HB_REFUSED:
            return reset_failed;
        case HB_TIMED_OUT:
            return timed_out;
        case HB_NOT_SUPPORTED:
            return invalid;
        case HB_INTERNAL:
            return oops;
    }
    return oops;
}

int wrong_usage(const std::string& words) {
    if (!words.empty()) std::fprintf(stderr, "%s\n", words.c_str());
    std::fputs(usage().c_str(), stderr);
    return 1;
}

int complain(const std::string& words, int status) {
    std::fprintf(stderr, "stonith: %s\n", words.c_str());
    return status;
}

bool is_container(const std::string& type) { return type == "external" || type == "rhcs"; }

// A plugin, and the value of its parameter `type`.
struct Device {
    FencePlugin plugin;
    std::string type;
};

hb::Result<Device> device_of(const std::string& text) {
    const auto type = hb::config::fence_type(text);
    if (!type) return tl::unexpected(type.error());
    auto plugin = FencePlugin::load(type->plugin);
    if (!plugin) return tl::unexpected(plugin.error());
    return Device{*plugin, type->type};
}

int print_names(const std::string& type) {
    std::vector<std::string> names;
    if (is_container(type)) {
        const auto plugin = FencePlugin::load(type);
        if (!plugin) return complain(plugin.error().what, oops);
        names = plugin->types();
    } else {
        const auto device = device_of(type);
        if (!device) return complain(device.error().what, oops);
        const auto described = device->plugin.describe(device->type);
        if (!described) return oops;
        names = described->parameters;
    }
    for (const std::string& name : names) std::printf("%s  ", name.c_str());
    std::putchar('\n');
    return ok;
}

int print_metadata(const std::string& type) {
    const auto device = device_of(type);
    if (!device) return complain(device.error().what, oops);
    const auto described = device->plugin.describe(device->type);
    if (!described) return oops;
    std::printf(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE resource-agent SYSTEM \"ra-api-1.dtd\">\n"
        "<resource-agent name=\"%s\">\n<version>1.0</version>\n"
        "<longdesc lang=\"en\">\n%s\n</longdesc>\n<shortdesc lang=\"en\">%s</shortdesc>\n%s\n"
        "<actions>\n<action name=\"start\"   timeout=\"20\" />\n"
        "<action name=\"stop\"    timeout=\"15\" />\n<action name=\"status\"  timeout=\"20\" />\n"
        "<action name=\"monitor\" timeout=\"20\" interval=\"3600\" />\n"
        "<action name=\"meta-data\"  timeout=\"15\" />\n</actions>\n"
        "<special tag=\"heartbeat\">\n<version>2.0</version>\n</special>\n</resource-agent>\n",
        type.c_str(), described->description.c_str(), described->device.c_str(),
        described->xml.c_str());
    return ok;
}

int print_help_of(const std::string& type) {
    const auto device = device_of(type);
    if (!device)
        return complain("Invalid device type: '" + type + "': " + device.error().what, oops);
    const auto described = device->plugin.describe(device->type);
    if (!described) return oops;
    std::printf("\n\nSTONITH Device: %s - %s\n", type.c_str(), described->description.c_str());
    if (!described->url.empty()) {
        std::printf("For more information see %s\n", described->url.c_str());
    }
    std::printf("List of valid parameter names for %s STONITH device:\n", type.c_str());
    for (const std::string& name : described->parameters) std::printf("\t%s\n", name.c_str());
    std::fputs(hb::config::fence_type(type)->plugin == "rhcs"
                   ? "Parameters are given as name=value, on the command line or, one to a line,\n"
                     "in a file [-F].\n"
                   : "For Config info [-p] syntax, give each of the above parameters in order as\n"
                     "the -p value.\nArguments are separated by white space.\n"
                     "Config file [-F] syntax is the same as -p, except # at the start of a line\n"
                     "denotes a comment\n",
               stdout);
    return ok;
}

// Fence agents are many and each takes half a second to ask: they are only counted.
int print_help() {
    std::fputs(usage().c_str(), stdout);
    std::fputs("\nSTONITH -t device types and associated configuration details:\n", stdout);
    std::size_t agents = 0;
    for (const std::string& type : all_types()) {
        if (type.starts_with("rhcs/")) {
            ++agents;
        } else {
            print_help_of(type);
        }
    }
    if (agents > 0) {
        std::printf(
            "\n\nSTONITH Device: rhcs/fence_NAME - %zu fence agents, listed by -L.\n"
            "stonith -t rhcs/fence_NAME -h describes one.\n",
            agents);
    }
    return ok;
}

// The parameters as the plugin takes them, or the exit status.
tl::expected<Fields, int> config_of(const StonithOptions& options, const Device& device) {
    Fields given = options.named;
    if (options.positional) {
        given = by_position(*options.positional);
        if (given.empty()) {
            std::fprintf(stderr, "Invalid STONITH -p parameter [%s]\n",
                         options.positional->c_str());
            return tl::unexpected(int{bad_config});
        }
    } else if (options.file) {
        const auto read = read_file(*options.file);
        if (!read) return tl::unexpected(complain(read.error().what, bad_config));
        given = *read;
    } else if (options.environment) {
        const auto described = device.plugin.describe(device.type);
        if (!described) return tl::unexpected(int{oops});
        given = from_environment(described->parameters);
    }
    if (!device.type.empty()) given.insert(given.begin(), {"type", device.type});
    return given;
}

int open_device(Device& device, const Fields& config, const std::string& type) {
    const hb_rc rc = device.plugin.open(config);
    if (rc != HB_BAD_CONFIG) return exit_of(rc);
    std::fprintf(stderr, "Invalid config info for %s device\n", type.c_str());
    if (const auto described = device.plugin.describe(device.type)) {
        std::fputs("Valid config names are:\n", stderr);
        for (const auto& name : described->parameters) std::fprintf(stderr, "\t%s\n", name.c_str());
    }
    return bad_config;
}

int ask_status(const Device& device, const StonithOptions& options) {
    const hb_rc rc = device.plugin.probe(question_ms);
    if (!options.silent && ::isatty(STDERR_FILENO) == 1) {
        std::fprintf(stderr, "%s device %s.\n", options.type.c_str(),
                     rc == HB_OK ? "OK" : "not accessible");
    }
    return exit_of(rc);
}

int act(const Device& device, const StonithOptions& options) {
    int status = ok;
    for (int i = 0; i < options.count; ++i) {
        if (options.status) status = ask_status(device, options);
        if (options.list_hosts) {
            std::vector<std::string> hosts;
            const bool told = device.plugin.hosts(question_ms, hosts) == HB_OK;
            if (!told) status = no_hosts;
            for (const std::string& host : hosts) std::printf("%s\n", host.c_str());
        }
        if (options.op) {
            std::fflush(stdout);
            status = exit_of(device.plugin.fence(*options.op, options.nodes.front(), action_ms));
        }
    }
    return status;
}

int drive(const StonithOptions& options) {
    auto device = device_of(options.type);
    if (!device) return complain(device.error().what, oops);
    const bool given = options.positional || options.file || options.environment ||
                       !options.named.empty() || options.type == "suicide";
    if (!given) {
        return wrong_usage(
            "Must specify either -p option, -F option, -E option, or name=value "
            "style arguments");
    }
    const auto config = config_of(options, *device);
    if (!config) return config.error();
    if (const int wrong = open_device(*device, *config, options.type); wrong != ok) return wrong;
    const int status = act(*device, options);
    device->plugin.close();
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = parse_options(argc, argv);
    if (!options) return wrong_usage(options.error().words);
    FencePlugin::show_words(options->silent    ? 0
                            : options->verbose ? HB_LEVEL_DEBUG
                                               : HB_LEVEL_ERROR);
    if (options->version) {
        std::puts("stonith: Heartbeat " HB_VERSION);
        return ok;
    }
    if (options->help) return options->type.empty() ? print_help() : print_help_of(options->type);
    if (options->list_types) {
        for (const std::string& type : all_types()) std::puts(type.c_str());
        return ok;
    }
    if (options->names) return print_names(options->type);
    if (options->metadata) return print_metadata(options->type);
    return drive(*options);
}
