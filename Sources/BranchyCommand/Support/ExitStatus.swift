import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyImages
import BranchyNet
import BranchyTraining
import BranchyWorkflow

#if ONNX
import BranchyONNX
#endif

/// What the program's exit code says; wrong usage (64) is the argument parser's.
enum ExitStatus: Int32 {
    /// The run failed, or a part of it.
    case failure = 1
    /// Input data, a recipe or a model is missing or wrong.
    case badInput = 65
    /// Output cannot be written.
    case cannotWrite = 73
    /// Interrupted by the user, or because the terminal is gone; what was done is saved.
    case interrupted = 130

    /// The status for an error of ours, or `nil` for one that is somebody else's to report.
    init?(of error: any Error) {
        #if ONNX
        if error is ONNXError {
            self = .badInput
            return
        }
        #endif
        switch error {
        case is DatasetError, is ImageError, is NetworkError, is PolicyError, is CalibrationError:
            self = .badInput
        case let error as ModelError:
            self = [.unwritable, .busy].contains(error.code) ? .cannotWrite : .badInput
        case let error as TrainingError: self = error.code == .diverged ? .failure : .badInput
        case is EngineError, is DownloadError: self = .failure
        case is Interrupted: self = .interrupted
        default: return nil
        }
    }
}
