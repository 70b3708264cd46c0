// Puts ordered messages of other clients back into the order in which they were sent
// (clientapi.md 9). What a message is, and how it was read, is not known here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hb::hbclient {

// Slots of one queue: what 3.0.6's own library holds, so both skip a gap at the same moment.
inline constexpr std::uint64_t order_slots = 500;
// Nodes that are remembered; more than a cluster has, so that invented names cost no memory.
inline constexpr std::size_t order_nodes_max = 256;

struct OrderStamp {
    std::string source;
    bool to_one_node{};          // else to all
    std::uint64_t number{};      // oseq
    std::uint64_t generation{};  // hg: of the node
    std::uint64_t client{};      // client_gen: of the client there
};

template <class T>
class Reorder {
public:
    // What may be delivered now, in order. Repeats and what is older than the present life of the
    // client are dropped.
    std::vector<T> take(const OrderStamp& stamp, T message) {
        std::vector<T> out;
        if (nodes_.size() >= order_nodes_max && !nodes_.contains(stamp.source)) {
            out.push_back(std::move(message));
            return out;
        }
        put(nodes_[stamp.source], stamp, std::move(message), out);
        return out;
    }

    // The client there has left, and all that it said before was delivered: what its next life has
    // said meanwhile.
    std::vector<T> left(const std::string& source) {
        std::vector<T> out;
        const auto found = nodes_.find(source);
        if (found == nodes_.end()) return out;
        Next next = std::move(found->second.next);
        nodes_.erase(found);
        for (auto& [stamp, message] : next) put(nodes_[source], stamp, std::move(message), out);
        return out;
    }

    void node_dead(const std::string& source) { nodes_.erase(source); }
    void clear() { nodes_.clear(); }

private:
    using Next = std::vector<std::pair<OrderStamp, T>>;
    struct Queue {
        std::uint64_t expected{};  // 0: nothing was seen yet
        std::map<std::uint64_t, T> waiting;
    };
    struct Node {
        std::uint64_t generation{}, client{};
        Queue queues[2];
        Next next;  // of a later life of the client
    };

    static void put(Node& node, const OrderStamp& stamp, T message, std::vector<T>& out) {
        const bool fresh = node.queues[0].expected == 0 && node.queues[1].expected == 0;
        if (fresh || stamp.generation > node.generation) {
            node = Node{};
            node.generation = stamp.generation;
            node.client = stamp.client;
        }
        if (stamp.generation < node.generation || stamp.client < node.client) return;
        if (stamp.client > node.client) {
            node.next.emplace_back(stamp, std::move(message));
            if (node.next.size() < order_slots) return;
            // Its leave was lost.
            Next next = std::move(node.next);
            node = Node{};
            for (auto& [later, held] : next) put(node, later, std::move(held), out);
            return;
        }
        in_order(node.queues[stamp.to_one_node ? 1 : 0], stamp.number, std::move(message), out);
    }

    static void in_order(Queue& queue, std::uint64_t number, T message, std::vector<T>& out) {
        if (queue.expected == 0) queue.expected = number;
        if (number < queue.expected) return;
        queue.waiting.emplace(number, std::move(message));
        deliver(queue, out);
        // So far behind: what is missing will not come any more.
        while (!queue.waiting.empty() && number - queue.expected >= order_slots) {
            queue.expected = queue.waiting.begin()->first;
            deliver(queue, out);
        }
    }

    static void deliver(Queue& queue, std::vector<T>& out) {
        auto next = queue.waiting.begin();
        while (next != queue.waiting.end() && next->first == queue.expected) {
            out.push_back(std::move(next->second));
            next = queue.waiting.erase(next);
            ++queue.expected;
        }
    }

    std::map<std::string, Node> nodes_;
};

}  // namespace hb::hbclient
