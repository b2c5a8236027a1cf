import BranchyCompute
import BranchyNet

let network = BranchedNetwork("tiny", inputShape: [1, 28, 28], classCount: 10) {
    Conv2D("conv1", inputChannels: 1, outputChannels: 8, kernelSize: 5, stride: 2)
    ReLU()
    Branch("branch1") {
        Flatten()
        Linear("linear", inputFeatures: 1152, outputFeatures: 10)
    }
    Conv2D("conv2", inputChannels: 8, outputChannels: 16, kernelSize: 5, stride: 2)
    ReLU()
    Flatten()
    Linear("linear1", inputFeatures: 256, outputFeatures: 10)
}
