import BranchyTraining
import Testing

struct GradientClippingTests {
    /// From PyTorch 2.13, for gradients (3, -4, 0.5) and (1.5, -2) of norm √31.5:
    ///
    ///     torch.nn.utils.clip_grad_norm_(parameters, 1.0)    # 3 becomes 0.5345224142
    @Test func longGradientsAreShortenedAsPyTorchDoes() {
        let scale = GradientClipping(maximumNorm: 1).scale(forSumOfSquares: 31.5)
        // Single precision.
        #expect(abs(3 * scale - 0.5345224142) < 2e-7)
    }

    @Test(arguments: [5.7, 1e30, .infinity]) func shortGradientsStayAsTheyAre(maximum: Double) {
        #expect(GradientClipping(maximumNorm: maximum).scale(forSumOfSquares: 31.5) == 1)
        #expect(GradientClipping(maximumNorm: maximum).scale(forSumOfSquares: 0) == 1)
    }

    /// A scale of 0 would hide them.
    @Test(arguments: [Double.infinity, .nan]) func gradientsWithoutANormScaleToNoNumber(sum: Double)
    {
        #expect(GradientClipping(maximumNorm: 1).scale(forSumOfSquares: sum).isNaN)
    }

    /// Sums of small whole numbers are exact, with and without numbers left over from eights.
    @Test(arguments: 0...17) func sumOfSquaresTakesEveryNumberOnce(count: Int) {
        let numbers = (0..<count).map { Float($0 + 1) }
        let expected = (0..<count).reduce(0) { $0 + ($1 + 1) * ($1 + 1) }
        #expect(GradientClipping.sumOfSquares(numbers.span) == Double(expected))
    }
}
