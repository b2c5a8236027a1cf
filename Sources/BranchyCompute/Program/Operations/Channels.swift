extension Program.Operation.Rules {
    static let concatenate = Program.Operation.Rules("concatenate") { check throws(ShapeError) in
        try check.that(check.operands.count >= 2, "two values or more")
        let first = try check.image(0)
        var channels = 0
        for index in check.operands.indices {
            let image = try check.image(index)
            try check.sameElement(0, index)
            try check.that(
                image.dimensions.dropFirst() == first.dimensions.dropFirst(),
                "images of one height and width")
            let (sum, overflow) = channels.addingReportingOverflow(image[0])
            try check.that(!overflow, "a result that fits memory")
            channels = sum
        }
        return [
            check.source(
                try check.shape([channels, first[1], first[2]], "a result that fits memory"))
        ]
    }

    static func selectChannels(_ range: Range<Int>) -> Program.Operation.Rules {
        .init("select channels \(range)") { check throws(ShapeError) in
            try check.require(1...1, "a source")
            let source = try check.image(0)
            try check.that(
                !range.isEmpty && range.lowerBound >= 0 && range.upperBound <= source[0],
                "one channel or more of the \(source[0]) that there are")
            return [check.source([range.count, source[1], source[2]])]
        }
    }

    static func shuffleChannels(groups: Int) -> Program.Operation.Rules {
        .init("shuffle channels of \(groups) groups") { check throws(ShapeError) in
            try check.require(1...1, "a source")
            let source = try check.image(0)
            try check.that(
                groups >= 1 && source[0] % groups == 0,
                "a number of groups that divides the channels")
            return [check.operands[0]]
        }
    }
}
