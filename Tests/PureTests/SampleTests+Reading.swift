import Foundation
import Testing

@testable import ETLCore

/// Batches generated into a folder of their own.
struct Sample {
    struct Row {
        let id: String
        /// As it stands in the file.
        let score: String
        let industry: String
    }

    private let folder: TemporaryFolder
    private let generator: SampleGenerator

    init(
        batches: Int = 1, firstBatch: Int = 0, assets: Int = 400, seed: UInt64 = SampleGenerator.defaultSeed,
        decimals: Int? = 4, rescoredShare: Double = 0
    ) throws {
        folder = try TemporaryFolder()
        generator = try SampleGenerator(
            outputFolder: folder.path, batches: batches, assets: assets, seed: seed, firstBatch: firstBatch,
            decimals: decimals, rescoredShare: rescoredShare)
        try generator.generate()
    }

    func bytes(_ batch: Int) throws -> Data {
        try Data(contentsOf: URL(filePath: generator.path(ofBatch: batch)))
    }

    func text(_ batch: Int) throws -> String {
        try #require(String(bytes: bytes(batch), encoding: .utf8))
    }

    /// The rows, taken apart at their fixed places.
    func rows(_ batch: Int) throws -> [Row] {
        let pieces = try [UInt8](bytes(batch)).dropFirst().dropLast().split(separator: UInt8(ascii: "}"))
        return try pieces.map { piece in
            let row = piece.drop { $0 != UInt8(ascii: "{") }
            let id = row.dropFirst(8).prefix(26)
            let rest = row.dropFirst(46)
            let comma = try #require(rest.firstIndex(of: UInt8(ascii: ",")))
            return Row(
                id: String(decoding: id, as: UTF8.self),
                score: String(decoding: rest[..<comma], as: UTF8.self),
                industry: String(decoding: rest[comma...].dropFirst(15).dropLast(), as: UTF8.self))
        }
    }

    static func text(of buffer: borrowing SampleBuffer) -> String {
        var text = ""
        buffer.withBytes { text = String(decoding: $0, as: UTF8.self) }
        return text
    }
}

/// A folder that goes away with its last user.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/sample-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
