import CImageKernels

/// Rows of pixels in memory that somebody else keeps.
struct PixelRows {
    private let start: UnsafePointer<UInt8>
    let bytesPerPixel: Int
    let width: Int
    let height: Int

    /// - Precondition: there are whole rows of pixels, and one at least.
    init(_ bytes: UnsafeBufferPointer<UInt8>, bytesPerPixel: Int, width: Int) {
        guard let start = bytes.baseAddress, width > 0, bytes.count >= width * bytesPerPixel else {
            preconditionFailure("\(bytes.count) bytes are no rows of \(width) pixels")
        }
        (self.start, self.bytesPerPixel, self.width) = (start, bytesPerPixel, width)
        height = bytes.count / (width * bytesPerPixel)
    }

    var rowByteCount: Int { width * bytesPerPixel }

    var kernelRows: image_rows {
        image_rows(memory: start, capacity: height, row_bytes: rowByteCount)
    }

    /// Where a row begins.
    func row(_ row: Int) -> UnsafePointer<UInt8> {
        precondition(row < height)
        return start + row * rowByteCount
    }
}

extension ResamplingWeights {
    /// Makes a row of the result's width out of one.
    func sumColumns(
        _ source: PixelRows, row: Int, into target: UnsafeMutableBufferPointer<UInt8>
    ) {
        precondition(source.width >= end && target.count >= count * source.bytesPerPixel)
        let kernels = image_kernels_fastest().pointee
        let sum = source.bytesPerPixel == 1 ? kernels.sum_columns_of_1 : kernels.sum_columns_of_4
        starts.withUnsafeBufferPointer { starts in
            counts.withUnsafeBufferPointer { counts in
                weights.withUnsafeBufferPointer { weights in
                    // Safety: no weight is of a pixel behind the end, and there is a pixel in the
                    // target for each sum.
                    sum?(
                        source.row(row), target.baseAddress,
                        image_weights(
                            starts: starts.baseAddress, counts: counts.baseAddress,
                            weights: weights.baseAddress, stride: stride, count: starts.count))
                }
            }
        }
    }

    /// Adds up the rows of one sum.
    ///
    /// - Precondition: the rows are as long as the target, and those of the sum are among them.
    func sumRows(
        _ row: Int, of rows: image_rows, into target: UnsafeMutableBufferPointer<UInt8>
    ) {
        precondition(target.count <= rows.row_bytes && range(row).count <= rows.capacity)
        let sum = image_kernels_fastest().pointee.sum_rows
        weights.withUnsafeBufferPointer { weights in
            // Safety: as many weights as the sum has rows; rows are as long as the target.
            sum?(
                rows, range(row).lowerBound, weights.baseAddress.map { $0 + row * stride },
                range(row).count, target.baseAddress, target.count)
        }
    }
}
