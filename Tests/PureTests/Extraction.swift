import Foundation
import TestSupport

@testable import ETLCore

/// What the extraction makes of a file: the stream for the staging table, or why the file is refused.
struct Extraction {
    private(set) var staged: [UInt8] = []
    private(set) var refusal: MalformedBatch?

    /// Feeds bytes in chunks whose sizes a closure says.
    init(_ file: [UInt8], _ format: BatchFormat, batchID: Int, chunkSize: () -> Int) throws {
        try self.init(format, batchID: batchID) { feed in
            try file.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let chunk = rest.prefix(chunkSize())
                    try feed(UnsafeRawBufferPointer(rebasing: chunk))
                    rest = rest.dropFirst(chunk.count)
                }
            }
        }
    }

    /// Reads the only batch of a folder, as a run does.
    init(folder: String) throws {
        let source = try BatchFolder.sources(at: folder)[0]
        try self.init(source.format, batchID: source.batchID) { feed in _ = try BatchContent.read(source, feed) }
    }

    private init(
        _ format: BatchFormat, batchID: Int, _ read: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        let reader = JSONRowReader(format: format)
        var encoder = StagingEncoder(batchID: batchID)
        var staged: [UInt8] = []
        do {
            let stage = { (row: RawRow) in try encoder.append(row) { staged += $0 } }
            try read { try reader.feed($0, stage) }
            try reader.finish(stage)
            try encoder.finish { staged += $0 }
        } catch let malformed as MalformedBatch {
            refusal = malformed
        }
        self.staged = staged
    }
}
