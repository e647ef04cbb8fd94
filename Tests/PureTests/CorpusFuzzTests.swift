import Foundation
import TestSupport
import Testing

@testable import ETLCore

/// The kept files through the extraction.
@Suite struct CorpusFuzzTests {
    @Test func everyFileHasAnOutcome() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Corpus.folder)
        #expect(Set(names) == Set(Corpus.outcomes.keys))
    }

    @Test(arguments: Corpus.files)
    func becomesWhatItShould(file: Corpus.File) throws {
        for size in [1, 7, 64, 4096, Int.max] {
            let extraction = try Extraction(file.bytes, file.format, batchID: 7) { size }
            switch file.outcome {
            case .refused(let code, let offset, let row):
                #expect(extraction.refusal?.code == code, "\(String(describing: extraction.refusal))")
                #expect(extraction.refusal?.byteOffset == offset && extraction.refusal?.rowNumber == row)
            case .rows(let count):
                let places = try #require(StrictJSON.rows(of: file.bytes, file.format))
                let expected = places.enumerated().map { index, place in
                    StagedRow(JudgedRow(Array(file.bytes[place])), number: index + 1, batchID: 7)
                }
                #expect(extraction.refusal == nil && expected.count == count)
                #expect(try StagedRow.all(in: extraction.staged) == expected)
            }
        }
    }
}
