public import ETLCore
import Foundation

/// Files that were the hardest to judge, kept in `Tests/Corpus` with what becomes of each.
public enum Corpus {
    /// What becomes of a file.
    public enum Outcome: Sendable, Hashable {
        /// Each of so many rows is staged.
        case rows(Int)
        /// The file is refused whole, at a byte, in a row where it is in one.
        case refused(MalformedBatch.Code, at: Int, row: Int?)
    }

    /// One file.
    public struct File: Sendable, CustomStringConvertible {
        /// Name in the folder.
        public let name: String
        /// What becomes of it.
        public let outcome: Outcome
        /// What is in it.
        public let bytes: [UInt8]

        /// `json` or `ndjson`.
        public var suffix: String { name.hasSuffix(".ndjson") ? "ndjson" : "json" }
        /// How it is written, as its name tells.
        public var format: BatchFormat { suffix == "ndjson" ? .jsonLines : .jsonArray }
        /// Whether it is refused.
        public var isRefused: Bool { if case .refused = outcome { true } else { false } }
        /// The name.
        public var description: String { name }
    }

    /// The folder.
    public static let folder = TestServer.repositoryRoot + "/Tests/Corpus"

    /// All files, by name; one that cannot be read is empty, and fails its test.
    public static let files: [File] = outcomes.sorted { $0.key < $1.key }.map { name, outcome in
        // Not by FileManager, which leaks its buffer where a file is empty (Swift 6.3.1).
        let data = try? FileHandle(forReadingAtPath: "\(folder)/\(name)")?.readToEnd()
        return File(name: name, outcome: outcome, bytes: Array(data ?? Data()))
    }

    /// What becomes of each, by name.
    public static let outcomes: [String: Outcome] = [
        "backslash_before_the_end.json": .refused(.incomplete, at: 68, row: 1),
        "backslashes_at_block_edges.json": .rows(120),
        "beyond_unicode.ndjson": .refused(.invalidUTF8, at: 2, row: 1),
        "brackets_in_strings.json": .rows(4),
        "byte_order_mark_only.ndjson": .refused(.empty, at: 3, row: nil),
        "comma_last.json": .refused(.missingValue, at: 67, row: 2),
        "control_in_skipped_string.json": .refused(.controlCharacter, at: 13, row: 1),
        "controls_beyond_ascii.json": .rows(4),
        "cut_in_surrogate_pair.json": .refused(.incomplete, at: 85, row: 2),
        "cut_in_utf8.ndjson": .refused(.incomplete, at: 75, row: 2),
        "depth_1024.json": .rows(1),
        "depth_1025.json": .refused(.tooDeep, at: 1024, row: 1),
        "empty.json": .refused(.empty, at: 0, row: nil),
        "empty_array.json": .rows(0),
        "half_surrogates.json": .rows(5),
        "keys_twice.json": .rows(3),
        "labels.json": .rows(11),
        "lines_ended_by_cr.ndjson": .refused(.syntax, at: 66, row: 1),
        "lines_with_crlf_and_blanks.ndjson": .rows(3),
        "mark_in_the_middle.ndjson": .refused(.syntax, at: 66, row: 2),
        "mismatch_in_skipped_value.json": .refused(.syntax, at: 76, row: 2),
        "nul.json": .rows(5),
        "nul_after_array.json": .refused(.trailingContent, at: 2, row: nil),
        "number_not_a_number.json": .refused(.syntax, at: 110, row: 2),
        "number_with_bare_point.json": .refused(.invalidNumber, at: 112, row: 2),
        "number_with_leading_zero.json": .refused(.invalidNumber, at: 111, row: 2),
        "numbers.ndjson": .rows(22),
        "overlong_utf8.json": .refused(.invalidUTF8, at: 2, row: 1),
        "row_over_a_piece.json": .rows(3),
        "same_ids.ndjson": .rows(5),
        "scalars.ndjson": .rows(7),
        "surrogate_in_utf8.json": .refused(.invalidUTF8, at: 12, row: 1),
        "two_arrays.json": .refused(.trailingContent, at: 67, row: nil),
        "ulid_boundaries.json": .rows(13),
        "utf16.json": .refused(.unsupportedEncoding, at: 0, row: nil),
        "value_over_two_lines.ndjson": .refused(.incomplete, at: 6, row: 1),
        "value_taken_for_key.json": .refused(.syntax, at: 75, row: 2),
    ]
}
