import CSimdJSON

/// Turns the bytes of a batch's file into raw rows, with memory bounded by the largest row.
///
/// Feed the bytes in chunks of any size, then call `finish`. The rows of a file are all handed over
/// if and only if it is valid JSON (RFC 8259, UTF-8) whose top level is an array, or, with
/// `.jsonLines`, of which every line that is not blank is one JSON value. Refused besides: a file of
/// no bytes, a row larger than 16 MiB, nesting deeper than 1024.
///
/// Rows before an error have been handed over when it is found: whoever keeps rows needs a
/// transaction. After an error, the row closure's own included, every call throws it again.
final class JSONRowReader {
    private let reader: OpaquePointer
    private var failure: (any Error)?

    init(format: BatchFormat) {
        let created =
            switch format {
            case .jsonArray: csj_reader_create(CSJ_FORMAT_ARRAY)
            case .jsonLines: csj_reader_create(CSJ_FORMAT_LINES)
            }
        guard let created else { fatalError("out of memory") }
        reader = created
    }

    deinit {
        csj_reader_destroy(reader)
    }

    /// Takes the next bytes of the file and calls `row` for each row that ends in them.
    func feed(_ bytes: UnsafeRawBufferPointer, _ row: (RawRow) throws -> Void) throws {
        try deliver(to: row) { callback, context in
            csj_reader_feed(reader, bytes.baseAddress, bytes.count, callback, context)
        }
    }

    /// Takes the end of the file: the last line may come without a line break.
    func finish(_ row: (RawRow) throws -> Void) throws {
        try deliver(to: row) { callback, context in csj_reader_finish(reader, callback, context) }
    }

    /// What the C callback gets back as its context.
    private struct Delivery {
        let row: (RawRow) throws -> Void
        var failure: (any Error)?
    }

    private func deliver(
        to row: (RawRow) throws -> Void,
        _ call: (csj_row_callback, UnsafeMutableRawPointer) -> csj_status
    ) throws {
        if let failure { throw failure }
        let callback: csj_row_callback = { context, row in
            guard let row, let delivery = context?.assumingMemoryBound(to: Delivery.self) else { return 1 }
            do {
                try delivery.pointee.row(RawRow(row.pointee))
                return 0
            } catch {
                delivery.pointee.failure = error
                return 1
            }
        }
        try withoutActuallyEscaping(row) { row in
            var delivery = Delivery(row: row)
            let status = withUnsafeMutablePointer(to: &delivery) { call(callback, $0) }
            if status == CSJ_STATUS_OK { return }
            let error = delivery.failure ?? Self.error(csj_reader_error(reader))
            failure = error
            throw error
        }
    }

    private static func error(_ error: csj_error) -> any Error {
        let reason = error.message.map { String(cString: $0) } ?? ""
        guard let code = MalformedBatch.Code(error.code) else {
            return JSONRowReaderDefect(reason: reason, byteOffset: Int(error.byte_offset))
        }
        return MalformedBatch(
            code: code, reason: reason, byteOffset: Int(error.byte_offset),
            rowNumber: error.row_number > 0 ? Int(error.row_number) : nil)
    }
}

/// The reader cannot go on, and the file is not to blame: memory is out, or the job has a defect.
struct JSONRowReaderDefect: Error, CustomStringConvertible {
    let reason: String
    let byteOffset: Int

    var description: String { "cannot read JSON rows at byte \(byteOffset): \(reason)" }
}

extension MalformedBatch.Code {
    /// Nil where the file is not to blame.
    fileprivate init?(_ code: csj_error_code) {
        switch code {
        case CSJ_ERROR_EMPTY: self = .empty
        case CSJ_ERROR_UNSUPPORTED_ENCODING: self = .unsupportedEncoding
        case CSJ_ERROR_INVALID_UTF8: self = .invalidUTF8
        case CSJ_ERROR_NOT_AN_ARRAY: self = .notAnArray
        case CSJ_ERROR_MISSING_VALUE: self = .missingValue
        case CSJ_ERROR_SYNTAX: self = .syntax
        case CSJ_ERROR_INVALID_NUMBER: self = .invalidNumber
        case CSJ_ERROR_INVALID_ESCAPE: self = .invalidEscape
        case CSJ_ERROR_CONTROL_CHARACTER: self = .controlCharacter
        case CSJ_ERROR_INCOMPLETE: self = .incomplete
        case CSJ_ERROR_TRAILING_CONTENT: self = .trailingContent
        case CSJ_ERROR_TOO_DEEP: self = .tooDeep
        case CSJ_ERROR_ROW_TOO_LARGE: self = .rowTooLarge
        default: return nil
        }
    }
}
