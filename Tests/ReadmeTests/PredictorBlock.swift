import BranchyCompute
import BranchyNet
import NativeEngine

func exit(of pixels: [UInt8]) throws -> Int {
    let model = try ModelFolder("Models/b-lenet").read()
    let predictor = try Predictor(model, engine: NativeEngine())
        .with(policy: ThresholdPolicy(thresholds: [0.3]))
    let image = try model.preprocessing.image(of: pixels, shape: model.network.inputShape)
    let prediction = try predictor.predict(image)
    print(model.classNames[prediction.predictedClass], prediction.probabilities)
    return prediction.exit
}
