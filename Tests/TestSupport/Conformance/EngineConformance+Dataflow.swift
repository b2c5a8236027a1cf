import BranchyCompute

extension EngineConformance {
    /// Values that are read more than once, or under several names: what breaks when an engine
    /// overwrites or aliases memory that is still needed.
    static let dataflowCases: [ConformanceCase] = [
        ConformanceCase("a relu's source is used again after it") { program in
            let x = program.addInput("x", ValueType([3, 5, 5]))
            program.beginSegment("only")
            let maps = try program.convolve(x, "conv", filters: 5, kernelSize: 3)
            let positive = try program.apply(.relu, maps)
            program.addOutput("sum", try program.apply(.add, positive, maps))
        },
        ConformanceCase("a relu's source is an output") { program in
            let x = program.addInput("x", ValueType([3, 5, 5]))
            program.beginSegment("only")
            let maps = try program.convolve(x, "conv", filters: 5, kernelSize: 3)
            program.addOutput("maps", maps)
            program.addOutput("positive", try program.apply(.relu, maps))
        },
        ConformanceCase("an output is an operand later") { program in
            let x = program.addInput("x", ValueType([3, 5, 5]))
            program.beginSegment("only")
            let maps = try program.convolve(x, "conv1", filters: 5, kernelSize: 3)
            program.addOutput("maps", maps)
            program.addOutput(
                "deeper", try program.convolve(maps, "conv2", filters: 4, kernelSize: 1))
        },
        ConformanceCase("an input is an output") { program in
            let x = program.addInput("x", ValueType([3, 4, 4]))
            program.beginSegment("only")
            program.addOutput("x again", x)
            program.addOutput("y", try program.apply(.relu, x))
        },
        ConformanceCase("two outputs name one value") { program in
            let x = program.addInput("x", ValueType([3, 4, 4]))
            program.beginSegment("only")
            let maps = try program.convolve(x, "conv", filters: 5, kernelSize: 3)
            program.addOutput("first", maps)
            program.addOutput("second", maps)
        },
        ConformanceCase("a value and its flattening are outputs") { program in
            let x = program.addInput("x", ValueType([3, 4, 4]))
            program.beginSegment("only")
            let maps = try program.convolve(x, "conv", filters: 5, kernelSize: 3)
            program.addOutput("maps", maps)
            program.addOutput("features", try program.apply(.flatten, maps))
        },
        ConformanceCase("a flattening outlives what its source becomes") { program in
            let x = program.addInput("x", ValueType([3, 4, 4]))
            program.beginSegment("only")
            let features = try program.apply(.flatten, x)
            let positive = try program.apply(.relu, x)
            program.addOutput("y", try program.apply(.flatten, positive))
            program.addOutput("features", try program.apply(.relu, features))
        },
        ConformanceCase("a sum of a value that is used again") { program in
            let x = program.addInput("x", ValueType([6]))
            let y = program.addInput("y", ValueType([6]))
            program.beginSegment("only")
            let sum = try program.apply(.add, x, y)
            let more = try program.apply(.add, sum, x)
            program.addOutput("sum", try program.apply(.add, more, sum))
        },
        ConformanceCase("two layers share their parameters") { program in
            let x = program.addInput("x", ValueType([5, 6, 6]))
            let w = program.addParameter("w", [5, 5, 3, 3])
            program.beginSegment("only")
            let first = try program.apply(.convolution(.init()), x, w)
            let second = Program.Operation.Convolution(padding: 1, activation: .relu)
            program.addOutput("y", try program.apply(.convolution(second), first, w))
        },
        ConformanceCase("results that nobody reads") { program in
            let x = program.addInput("x", ValueType([3, 5, 5]))
            program.beginSegment("only")
            _ = try program.convolve(x, "unread", filters: 7, kernelSize: 3)
            let maps = try program.convolve(x, "read", filters: 5, kernelSize: 3)
            _ = try program.apply(.relu, maps)
            program.addOutput("maps", maps)
        },
        ConformanceCase("inputs and parameters that nobody reads") { program in
            let x = program.addInput("x", ValueType([4]))
            _ = program.addInput("unread", ValueType([3, 2, 2]))
            _ = program.addParameter("unread", [3, 2])
            program.beginSegment("empty")
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.relu, x))
        },
    ]
}
