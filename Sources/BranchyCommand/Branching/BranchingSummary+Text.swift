import BranchyWorkflow

extension BranchingSummary {
    /// A table with a row for each exit, behind what a search tried.
    var text: String {
        let searched = search.map { $0.text + "\n" } ?? ""
        guard !exits.isEmpty else { return searched }
        var table = Table([.left, .left, .left, .right, .right, .right])
        table.add(["exit", "behind", "head", "reads", "branch", "work to the exit"])
        for exit in exits {
            table.add([
                exit.name, exit.behind, exit.head, "\(exit.shape)", Format.percent(exit.headShare),
                Format.percent(exit.share),
            ])
        }
        table.add(["final exit", "", "", "", "", Format.percent(worstCase)])
        return "\(searched)\(network):\n\n\(table.text)"
    }
}

extension PlacementSummary {
    /// A table with a row for each head that was tried, and what comes of the chosen ones.
    fileprivate var text: String {
        """
        \(table.text)\(notes.map { $0 + "\n" }.joined())
        \(outcome)
        """
    }

    private var table: Table {
        var table = Table([.left, .right, .right, .left, .right, .right, .left])
        table.add(["behind", "reads", "time", "head", "takes", "right", ""])
        for candidate in candidates {
            for (index, head) in candidate.heads.enumerated() {
                let place =
                    index > 0
                    ? ["", "", ""]
                    : [
                        candidate.behind, "\(candidate.shape)", Format.percent(candidate.share),
                    ]
                table.add(
                    place + [
                        head.head, Format.microseconds(head.microseconds),
                        Format.percent(head.accuracy), head.verdict,
                    ])
            }
        }
        return table
    }

    /// What is not in the table.
    private var notes: [String] {
        let refusals = candidates.flatMap(\.refusals)
        let places = leftOut.map { "\($0.behind) (\($0.reason))" }
        return (places.isEmpty ? [] : ["not tried: \(places.joined(separator: ", "))"]) + refusals
    }

    private var outcome: String {
        let plain =
            "without exits \(Format.percent(lastAccuracy)) in "
            + Format.microseconds(microseconds)
        guard candidates.contains(where: { $0.heads.contains(where: \.isChosen) }) else {
            return "no exit is worth having: \(plain)\n"
        }
        let drawn = random.map {
            "; the best of \($0.count) sets of as many exits that were drawn takes "
                + Format.microseconds($0.bestMicroseconds)
        }
        return "on \(Format.grouped(validationImages)) validation images, heads as trained so far: "
            + "\(Format.percent(accuracy)) in \(Format.microseconds(meanMicroseconds)) "
            + "(\(plain))\(drawn ?? "")\n"
    }
}

extension PlacementSummary.LeftOut {
    fileprivate var reason: String {
        guard let triedInstead else { return "too little follows" }
        return triedInstead == behind
            ? "the last place of that name is tried" : "\(triedInstead) lies close behind it"
    }
}

extension PlacementSummary.Head {
    /// Why it was chosen or not.
    fileprivate var verdict: String {
        let sums =
            "costs \(Format.microseconds(costsMicroseconds)), spares "
            + Format.microseconds(sparesMicroseconds)
        return isChosen ? "chosen: \(Format.percent(exitRate)) leave; \(sums)" : sums
    }
}
