import Foundation
import Testing

@testable import ETLCore

@Suite("Files of synthetic batches")
struct SampleFileTests {
    @Test("The summary counts files, rows and bytes; progress tells of each file")
    func summary() throws {
        let folder = try TemporaryFolder()
        var files: [SampleFile] = []
        let generator = try SampleGenerator(outputFolder: folder.path, batches: 3, assets: 50, firstBatch: 9)
        let summary = try generator.generate { files.append($0) }
        #expect(files.map(\.batch) == [9, 10, 11])
        #expect(summary.files == 3 && summary.rows == 150)
        #expect(summary.bytes == files.reduce(0) { $0 + $1.bytes })
        for file in files { #expect(try Data(contentsOf: URL(filePath: file.path)).count == file.bytes) }
        #expect(try folder.names() == ["batch_10.json", "batch_11.json", "batch_9.json"])
    }

    @Test("Existing files are not overwritten unless asked, and nothing is written beside them")
    func overwriting() throws {
        let folder = try TemporaryFolder()
        let existing = folder.path + "/batch_2.json"
        try Data("mine".utf8).write(to: URL(filePath: existing))
        let refusal = #expect(throws: SampleError.fileExists(path: existing)) {
            try SampleGenerator(outputFolder: folder.path, batches: 3).generate()
        }
        #expect(refusal?.description.contains("--force") == true)
        #expect(try folder.names() == ["batch_2.json"])

        try SampleGenerator(outputFolder: folder.path, batches: 3, overwrite: true).generate()
        #expect(try folder.names() == ["batch_0.json", "batch_1.json", "batch_2.json"])
        #expect(try Data(contentsOf: URL(filePath: existing)).count > 25_000)
    }

    @Test("A missing folder is created with its parents", arguments: ["a", "a/b/c", "a/b/"])
    func missingFolder(path: String) throws {
        let folder = try TemporaryFolder()
        try SampleGenerator(outputFolder: "\(folder.path)/\(path)", batches: 1).generate()
        #expect(FileManager.default.fileExists(atPath: "\(folder.path)/\(path)/batch_0.json"))
    }

    @Test("A file where the folder should be is an error that names it", arguments: ["", "/below"])
    func fileInTheWay(suffix: String) throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/file"
        try Data().write(to: URL(filePath: file))
        let error = #expect(throws: SampleError.self) {
            try SampleGenerator(outputFolder: file + suffix, batches: 1).generate()
        }
        #expect(error?.description == "could not write into \(file): Not a directory")
    }

    @Test("A failing write is an error with path and reason, and leaves no temporary file")
    func failingWrite() throws {
        let folder = try TemporaryFolder()
        let target = folder.path + "/batch_1.json"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
        let error = #expect(throws: SampleError.self) {
            try SampleGenerator(outputFolder: folder.path, batches: 3, overwrite: true).generate()
        }
        #expect(error?.description == "could not replace \(target): Is a directory")
        #expect(try folder.names() == ["batch_0.json", "batch_1.json"])
    }

    @Test("What progress throws stops the generation after a whole file")
    func stopping() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        #expect(throws: Stop.self) {
            try SampleGenerator(outputFolder: folder.path, batches: 3).generate { _ in throw Stop() }
        }
        #expect(try folder.names() == ["batch_0.json"])
    }

    @Test("Arguments out of range are refused by name")
    func arguments() {
        func refused(_ make: () throws -> SampleGenerator) -> String? {
            guard case .invalidArgument(let name, _)? = #expect(throws: SampleError.self, performing: make)
            else { return nil }
            return name
        }
        #expect(refused { try SampleGenerator(outputFolder: "") } == "output folder")
        #expect(refused { try SampleGenerator(outputFolder: "a\0b") } == "output folder")
        #expect(refused { try SampleGenerator(outputFolder: "x", batches: 0) } == "batches")
        #expect(refused { try SampleGenerator(outputFolder: "x", batches: .max, firstBatch: 5) } == "batches")
        #expect(refused { try SampleGenerator(outputFolder: "x", assets: -1) } == "assets")
        #expect(refused { try SampleGenerator(outputFolder: "x", assets: .max) } == "assets")
        #expect(refused { try SampleGenerator(outputFolder: "x", firstBatch: -1) } == "first batch")
        #expect(refused { try SampleGenerator(outputFolder: "x", decimals: 16) } == "decimals")
        #expect(refused { try SampleGenerator(outputFolder: "x", rescoredShare: 1.1) } == "rescored share")
        #expect(refused { try SampleGenerator(outputFolder: "x", rescoredShare: .nan) } == "rescored share")
    }
}
