internal import Foundation
internal import PostgresClient

/// A query on another database that returns the raw rows of a batch, and where one is given, a query that lists the
/// batches that are closed.
public struct SourceQuery: Sendable, Hashable {
    /// How to connect to the source database.
    let database: String
    /// Asked for the password of the source database at every connect; nil to leave the password to libpq.
    public var passwordCommand: PasswordCommand?
    /// The file of the query of the rows.
    let path: String
    /// The query of the rows; `$1` is the number of the batch.
    let rows: Statement
    /// The query of the closed batches; nil where the batch is named.
    let batches: Statement?
    /// The one batch to load; nil where they are listed.
    let batchID: Int?

    /// The beginning of a query's name in the ledger.
    static let namePrefix = "query "

    /// The query's name in the ledger.
    var name: String { Self.namePrefix + path }

    /// Reads the queries from their files.
    ///
    /// - Parameters:
    ///   - database: a connection URL or `keyword=value` text of the source database.
    ///   - rowsPath: file of a query with the batch's number as `$1`, that returns `id`, `score` and `industry`, or
    ///     `payload`.
    ///   - batchesPath: file of a query without parameters whose first column is the number of each closed batch.
    ///   - batchID: the one batch to load; needed where there is no `batchesPath`.
    /// - Throws: `JobError`: 66 where a file cannot be read, 78 where one is empty or no text.
    public init(database: String, rowsPath: String, batchesPath: String?, batchID: Int?) throws {
        (self.database, path, self.batchID) = (database, rowsPath, batchID)
        rows = try Self.statement("source_query", rowsPath)
        batches = try batchesPath.map { try Self.statement("source_batches", $0) }
    }

    private static func statement(_ name: String, _ path: String) throws -> Statement {
        let file = BatchSource(
            batchID: 0, location: .file(path), format: .jsonArray, byteSize: nil, modifiedAtSeconds: nil)
        var bytes: [UInt8] = []
        _ = try BatchContent.read(file) { bytes += $0 }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw JobError(.configuration, "The query \(path) is no text in UTF-8.")
        }
        var sql = text.trimmingCharacters(in: .whitespacesAndNewlines)
        while sql.hasSuffix(";") { sql = sql.dropLast().trimmingCharacters(in: .whitespacesAndNewlines) }
        guard !sql.isEmpty else { throw JobError(.configuration, "The query \(path) is empty.") }
        return Statement(name: name, sql: sql)
    }
}
