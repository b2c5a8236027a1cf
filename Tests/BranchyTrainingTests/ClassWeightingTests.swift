import BranchyTraining
import Testing

struct ClassWeightingTests {
    /// Of 12 images and three classes that occur, each weighs 12 / (3 · n).
    @Test func balancedWeighsClassesAlike() {
        let weights = ClassWeighting.balanced.weights(ofClasses: [1, 8, 0, 3])
        #expect(weights == [4, 0.5, 1, Float(4.0 / 3)])
        #expect(ClassWeighting.none.weights(ofClasses: [1, 8, 0, 3]) == [1, 1, 1, 1])
        #expect(ClassWeighting.balanced.weights(ofClasses: [5, 5]) == [1, 1])
        #expect(ClassWeighting.balanced.weights(ofClasses: [0, 0]) == [1, 1])
        #expect(ClassWeighting.balanced.weights(ofClasses: []).isEmpty)
    }
}
