import Foundation

/// Operations and derivatives of sizes drawn at random, each compared with the reference engine.
///
/// A library picks another kernel for other channels, windows, batches and instruction sets, and one
/// of them may be wrong where its neighbours are right. Nobody writes down all of these by hand.
/// Case `n` of a seed is always the same, so what a sweep finds can be run again alone.
package struct EngineSweep: Sendable {
    /// Decides everything that is drawn.
    package let seed: UInt64
    /// Which cases.
    package let numbers: Range<Int>

    /// Some cases of a seed.
    package init(seed: UInt64, numbers: Range<Int>) {
        (self.seed, self.numbers) = (seed, numbers)
    }

    /// As `Scripts/sweep-engines` asks in the environment; without it, few enough for every run of
    /// the tests.
    package static var asked: EngineSweep {
        let environment = ProcessInfo.processInfo.environment
        let number = { (name: String) in environment["BRANCHYNET_SWEEP_\(name)"].flatMap(Int.init) }
        let first = number("FIRST") ?? 0
        return EngineSweep(
            seed: UInt64(number("SEED") ?? 1),
            numbers: first..<first + (number("CASES") ?? 300))
    }

    /// Whether `Scripts/sweep-engines` asks, and there is time.
    package static var isLong: Bool {
        ProcessInfo.processInfo.environment["BRANCHYNET_SWEEP_CASES"] != nil
    }

    /// What a trained network needs, of all kinds in turn.
    package var inferenceCases: [NumberedCase] {
        numbers.map { number in numbered(number) { (kind: SweepKind, draw) in kind.forward(&draw) }
        }
    }

    /// What training needs besides, of all kinds in turn.
    package var trainingCases: [NumberedCase] {
        numbers.map { number in numbered(number) { (kind: SweepKind, draw) in kind.gradient(&draw) }
        }
    }

    /// What networks of parallel paths need besides to infer, of all kinds in turn.
    package var broadInferenceCases: [NumberedCase] {
        numbers.map { number in
            numbered(number) { (kind: BroadSweepKind, draw) in kind.forward(&draw) }
        }
    }

    /// What networks of parallel paths need besides to be trained, of all kinds in turn.
    package var broadTrainingCases: [NumberedCase] {
        numbers.map { number in
            numbered(number) { (kind: BroadSweepKind, draw) in kind.gradient(&draw) }
        }
    }

    private func numbered<Kind: CaseIterable>(
        _ number: Int, _ make: (Kind, inout Draw) -> ConformanceCase
    ) -> NumberedCase {
        var draw = Draw(seed: seed, number: number)
        let kinds = Array(Kind.allCases)
        return NumberedCase(
            number: number, conformance: make(kinds[number % kinds.count], &draw))
    }

    /// A case and its number, from which what else varies (threads, kernels) is derived.
    package struct NumberedCase: Sendable {
        package let number: Int
        package let conformance: ConformanceCase

        /// The same in bfloat16, where that is defined.
        package var inBFloat16: NumberedCase? {
            conformance.inBFloat16.map { NumberedCase(number: number, conformance: $0) }
        }
    }
}

extension [EngineSweep.NumberedCase] {
    /// Runs all cases; one that fails does not end the sweep.
    ///
    /// - Returns: what went wrong, a line a case.
    package func faults(_ run: (Int, ConformanceCase) throws -> Void) -> [String] {
        compactMap { numbered in
            do {
                try run(numbered.number, numbered.conformance)
                return nil
            } catch {
                return "case \(numbered.number): \(error)"
            }
        }
    }
}
