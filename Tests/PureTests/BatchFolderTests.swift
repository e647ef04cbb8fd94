@testable import ETLCore
import Foundation
import Testing
import TestSupport

/// Which files are raw batches, and in which order.
@Suite struct BatchFolderTests {
    func folder(_ names: [String]) throws -> String {
        let folder = try temporaryFolder()
        for name in names { try Data("[]".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
        return folder
    }

    @Test func batchesComeInTheOrderOfTheirNumbers() throws {
        let folder = try folder(["batch_10.json", "batch_9.json", "batch_2.ndjson", "batch_0.jsonl", "notes.txt"])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let sources = try BatchFolder.sources(at: folder)
        #expect(sources.map(\.batchID) == [0, 2, 9, 10])
        #expect(sources.map(\.format) == [.jsonLines, .jsonLines, .jsonArray, .jsonArray])
        #expect(sources[0].name == "\(folder)/batch_0.jsonl" && sources[0].byteSize == 2)
    }

    @Test func filesThatOnlyLookLikeBatchesAreNamed() throws {
        let names = [
            "batch_.json", "batch_1.json.gz", "batch_-1.json", "batch_1a.json", "Batch_1.json", "batch_1.JSON",
        ]
        let folder = try folder(names)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var ignored: [String] = []
        #expect(try BatchFolder.sources(at: folder) { ignored.append($0) }.isEmpty)
        #expect(Set(ignored) == Set(names.map { "\(folder)/\($0)" }))
    }

    @Test func twoFilesOfOneNumberAreRefused() throws {
        let folder = try folder(["batch_7.json", "batch_07.json"])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let error = #expect(throws: JobError.self) { try BatchFolder.sources(at: folder) }
        #expect(error?.exitCode == .dataRefused && error?.message.contains("batch_07.json") == true)
    }

    @Test func oneFileHasItsNumberOrIsGivenOne() throws {
        let folder = try folder(["batch_7.json", "scores.json"])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try BatchFolder.sources(at: "\(folder)/batch_7.json").map(\.batchID) == [7])
        #expect(try BatchFolder.sources(at: "\(folder)/scores.json", batchID: 3).map(\.batchID) == [3])
        #expect(throws: JobError.self) { try BatchFolder.sources(at: "\(folder)/scores.json") }
        #expect(throws: JobError.self) { try BatchFolder.sources(at: folder, batchID: 3) }
        #expect(throws: JobError.self) { try BatchFolder.sources(at: "-") }
        #expect(try BatchFolder.sources(at: "-", batchID: 4).map(\.location) == [.standardInput])
        #expect(throws: JobError.self) { try BatchFolder.sources(at: "\(folder)/none") }
    }
}
