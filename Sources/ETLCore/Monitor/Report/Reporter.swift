internal import Foundation
internal import PostgresClient

/// Writes the page.
public struct Reporter {
    /// What was written.
    public struct File: Sendable, Codable {
        /// Path of the file.
        public let path: String
        /// Size in bytes.
        public let bytes: Int
        /// Whether everything is all right, in a few words.
        public let headline: String
        /// Questions that are worth a look; empty where everything is all right.
        public let findings: [String]
    }

    let session: Session
    /// Bytes that the tables must not exceed; the page says when they will.
    public var limit: Double?
    let run: RunOutcome?

    /// Makes a reporter.
    ///
    /// - Parameters:
    ///   - limit: bytes that the tables must not exceed.
    ///   - run: the run that the page is made after; nil where it is made on its own.
    public init(session: Session, limit: Double? = nil, after run: RunOutcome? = nil) {
        (self.session, self.limit, self.run) = (session, limit, run)
    }

    /// The page as HTML.
    ///
    /// - Throws: `JobError`.
    public func html() throws -> String { try page().html }

    /// Writes the page into a file, which is replaced when the new one is complete: a reader never sees half a page.
    ///
    /// - Throws: `JobError` where the file cannot be written or the database fails.
    public func write(to path: String) throws -> File {
        let (html, verdict) = try page()
        let bytes = Data(html.utf8)
        try Self.replace(path, with: bytes)
        return File(path: path, bytes: bytes.count, headline: verdict.title, findings: verdict.findings.map(\.text))
    }

    private func page() throws -> (html: String, verdict: Verdict) {
        let data = try session.reading { try ReportData(reading: session.connection) }
        let outlook = GrowthOutlook(data, limit: limit)
        let templates = try ReportTemplates()
        let verdict = Verdict(data, growth: outlook.check, after: run)
        let page = ReportPage(
            data, verdict, outlook, templates, database: session.connection.databaseName, schema: session.schema)
        return (try templates.render(page), verdict)
    }

    /// Makes sure, before anything is done, that a file can be written.
    ///
    /// - Throws: `JobError` (78) where its folder is missing or not writable, or it is a folder itself.
    public static func requireWritable(_ path: String) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw JobError(.configuration, "\(path) is a folder.", advice: "Name a file for the report.")
        }
        let folder = (path as NSString).deletingLastPathComponent
        guard FileManager.default.isWritableFile(atPath: folder.isEmpty ? "." : folder) else {
            throw JobError(
                .configuration, "\(path) cannot be written: its folder is missing or not writable.",
                advice: "Make the folder, or name another file for the report.")
        }
    }

    private static func replace(_ path: String, with bytes: Data) throws {
        try requireWritable(path)
        let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).partial"
        func failure(_ code: Int32) -> JobError {
            unlink(temporary)
            return JobError(
                code == ENOSPC ? .unavailable : .configuration,
                "\(path) cannot be written: \(String(cString: strerror(code))).")
        }
        guard let stream = fopen(temporary, "w") else { throw failure(errno) }
        let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, stream) }
        let code = errno
        guard fclose(stream) == 0, written == bytes.count else { throw failure(written == bytes.count ? errno : code) }
        guard rename(temporary, path) == 0 else { throw failure(errno) }
    }
}
