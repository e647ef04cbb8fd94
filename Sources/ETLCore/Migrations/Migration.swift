internal import Foundation

/// One migration file: `NNNN_verb_object.sql`.
public struct Migration: Sendable, Hashable {
    /// Its number, from 1 without gaps.
    public let version: Int
    /// Verb and object, for instance `create_scores`.
    public let name: String
    /// Its text: one or more statements.
    public let sql: String
    /// SHA-256 of the text, hex.
    public let sha256: String

    /// The name of its file.
    public var fileName: String {
        String(repeating: "0", count: max(0, 4 - "\(version)".count)) + "\(version)_\(name).sql"
    }

    init(version: Int, name: String, sql: String) throws {
        self.version = version
        self.name = name
        self.sql = sql
        sha256 = try SHA256Digest.hex(of: sql)
    }
}

/// The folder with the migration files.
public struct MigrationFolder: Sendable {
    /// Path of the folder.
    public let path: String

    /// Uses the folder at a path.
    public init(path: String) { self.path = path }

    /// Finds the folder: the one that is named, else `ETL_MIGRATIONS`, else `migrations/` beside or above the
    /// program, else `share/etl-job/migrations` beside its folder, else `migrations/` in the current folder.
    ///
    /// - Throws: `JobError` (78) where there is none.
    public static func find(named path: String?) throws -> MigrationFolder {
        if let path = path ?? environmentVariable("ETL_MIGRATIONS") { return MigrationFolder(path: path) }
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var candidates: [String] = []
        var folder = (Bundle.main.executableURL ?? program).resolvingSymlinksInPath().deletingLastPathComponent()
        candidates.append(folder.deletingLastPathComponent().appendingPathComponent("share/etl-job/migrations").path)
        while folder.path != "/" && !folder.path.isEmpty {
            candidates.append(folder.appendingPathComponent("migrations").path)
            folder = folder.deletingLastPathComponent()
        }
        candidates.append("migrations")
        for candidate in candidates {
            let folder = MigrationFolder(path: candidate)
            if let files = try? folder.fileNames(), !files.isEmpty { return folder }
        }
        throw JobError(
            .configuration, "The folder with the migrations was not found beside the program or in this folder.",
            advice: "Name it with --migrations or ETL_MIGRATIONS.")
    }

    /// Reads all migrations, in order.
    ///
    /// - Throws: `JobError` (78) where a file cannot be read or the numbers have gaps or repeat.
    public func read() throws -> [Migration] {
        let names: [String]
        do {
            names = try fileNames()
        } catch {
            throw JobError(.configuration, "The folder \(path) cannot be read: \(error.localizedDescription)")
        }
        guard !names.isEmpty else {
            throw JobError(.configuration, "The folder \(path) holds no migration (NNNN_verb_object.sql).")
        }
        return try names.enumerated().map { index, name in
            guard let version = Int(name.prefix(4)), version == index + 1 else {
                throw JobError(.configuration, "Migration \(path)/\(name) should have the number \(index + 1).")
            }
            guard let sql = try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) else {
                throw JobError(.configuration, "Migration \(path)/\(name) cannot be read as UTF-8.")
            }
            return try Migration(version: version, name: String(name.dropFirst(5).dropLast(4)), sql: sql)
        }
    }

    private func fileNames() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { name in
            name.hasSuffix(".sql") && name.count > 9 && name.utf8.prefix(4).allSatisfy { (0x30...0x39).contains($0) }
                && name.dropFirst(4).first == "_"
        }.sorted()
    }
}
