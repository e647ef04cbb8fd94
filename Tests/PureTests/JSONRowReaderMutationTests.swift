import Testing
import TestSupport

@testable import ETLCore

@Suite("Mutated JSON batches")
struct JSONRowReaderMutationTests {
    @Test("Rows, errors and their places do not depend on the chunks", arguments: [1, 2, 3, 7, 64, 4096])
    func chunks(size: Int) throws {
        var random = SeededRandom(seed: 3)
        let rows = (0..<200).map { #"{"id":"\#($0)\u00e9","score":0.\#($0)}"# }.joined(separator: " ,\n")
        let mutants = (0..<300).map { _ in JSONMutator.file(&random) }
        for file in [Array("[\(rows)]".utf8), Array("[\(rows),]".utf8)] + mutants {
            for format in [BatchFormat.jsonArray, .jsonLines] {
                let inChunks = try Reading(file, format, chunkSize: size)
                #expect(try inChunks == Reading(file, format))
            }
        }
    }
}
