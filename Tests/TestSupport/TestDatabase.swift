public import ETLCore
import Foundation
import Logging
public import PostgresClient

/// A migrated database of one test, with what tests do over and over.
public final class TestDatabase {
    /// How to connect.
    public let connectionString: String
    /// A connection for looking at the tables.
    public let connection: Connection
    /// A folder for raw batches.
    public let folder: String

    /// Makes a new database, cloned from the migrated one.
    public init() async throws {
        connectionString = try await TestServer.shared.migratedDatabase()
        connection = try Connection(database: connectionString)
        folder = try temporaryFolder()
    }

    /// Looks at a database that is there.
    public init(at connectionString: String) throws {
        self.connectionString = connectionString
        connection = try Connection(database: connectionString)
        folder = try temporaryFolder()
    }

    /// A session on the schema `public`.
    public func session() throws -> Session {
        try Session(database: connectionString, schema: "public", isPrivate: false, logger: Logger(label: "test"))
    }

    /// Writes a raw batch file.
    public func write(_ text: String, batch: Int, extension suffix: String = "json") throws {
        try write(Array(text.utf8), batch: batch, extension: suffix)
    }

    /// Writes the bytes of a raw batch file, which need not be UTF-8.
    public func write(_ bytes: [UInt8], batch: Int, extension suffix: String = "json") throws {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/batch_\(batch).\(suffix)"))
    }

    /// Writes assets as a raw batch file.
    public func write(_ assets: [TestAsset], batch: Int) throws {
        try write("[" + assets.map(\.json).joined(separator: ",\n") + "]", batch: batch)
    }

    /// Loads what is new in the folder.
    @discardableResult
    public func run(_ change: (inout RunOptions) -> Void = { _ in }) throws -> RunReport {
        try job(change).run(BatchFolder.sources(at: folder))
    }

    /// A run with options, not started yet.
    public func job(_ change: (inout RunOptions) -> Void = { _ in }) throws -> Job {
        var options = RunOptions()
        change(&options)
        return Job(session: try session(), options: options)
    }

    /// All values of a query, as text; NULL is `NULL`.
    public func query(_ sql: String) throws -> [[String]] { try connection.query(sql) }

    /// The single value of a query, as text.
    public func value(_ sql: String) throws -> String { try connection.value(sql) }

    /// Columns, constraints and functions of the schema `public`, a line each.
    public func schemaText() throws -> String {
        let lines =
            try query(
                """
                select format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                    case when a.attnotnull then ' not null' else '' end,
                    coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''))
                from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
                order by c.relname collate "C", a.attnum
                """
            ).map { $0[0] }
            + query(
                """
                select format('%s: %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
                where connamespace = 'public'::regnamespace and contype <> 'n'
                order by 1
                """
            ).map { $0[0].replacing("\\n", with: " ") }.sorted()
            + query(
                """
                select format('%s(%s) returns %s', proname, pg_get_function_identity_arguments(oid),
                    pg_get_function_result(oid))
                from pg_proc where pronamespace = 'public'::regnamespace order by 1
                """
            ).map { $0[0] }.sorted()
        return lines.joined(separator: "\n") + "\n"
    }

    /// Everything that the job has written, but times and durations: equal texts are equal tables.
    public func fingerprint() throws -> String { try connection.fingerprint() }

    /// Removes the database, also while somebody is connected; nothing can be asked of it any more.
    public func drop() async throws {
        let name = connection.databaseName
        connection.close()
        try await TestServer.shared.execute("drop database \(name) with (force)")
        try FileManager.default.removeItem(atPath: folder)
    }
}

/// A raw row of a test.
public struct TestAsset: Sendable, Hashable {
    /// ULID.
    public var id: String
    /// Score.
    public var score: Double
    /// Industry label.
    public var industry: String

    /// Makes a row.
    public init(_ id: String, _ score: Double, _ industry: String) {
        self.id = id
        self.score = score
        self.industry = industry
    }

    /// The row as JSON, the score in the shortest exact text.
    public var json: String { #"{"id": "\#(id)", "score": \#(score), "industry": "\#(industry)"}"# }
}

/// A valid ULID that ends in a number.
public func ulid(_ number: Int) -> String {
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    var digits: [Character] = []
    var rest = number
    for _ in 0..<16 {
        digits.append(alphabet[rest % 32])
        rest /= 32
    }
    return "01GNNA1J00" + String(digits.reversed())
}

/// Random numbers that are the same in every run: SplitMix64 (Steele, Lea, Flood 2014).
public struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    /// Starts at a seed.
    public init(seed: UInt64) { state = seed }
    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
