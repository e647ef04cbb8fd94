internal import Foundation
internal import Logging

extension PrivateServer {
    /// Makes the data directory with its database: under another name first, so that what a killed job leaves
    /// half-made is never taken for whole.
    ///
    /// - Throws: `JobError`: 78 where files cannot be made, 69 where PostgreSQL's programs fail.
    func makeData(_ state: StateFolder, _ programs: ServerPrograms, _ user: ServerUser) async throws {
        try state.makeBase()
        state.removeFreshData()
        if FileFacts(state.dataDirectory) != nil {
            throw JobError(
                .configuration, "\(state.dataDirectory) is no data directory of PostgreSQL: it has no PG_VERSION.",
                advice: "Give it up with `etl-job local destroy`.")
        }
        let fresh = state.freshDataDirectory()
        defer { state.removeFreshData() }
        // The program takes the path from PGDATA unharmed by any shell.
        let variables = ["PGDATA": fresh]
        try await initialise(fresh, programs, user, variables)
        let creation = try await user.run(
            programs.path("postgres"), ["--single", "-D", fresh, "-c", "exit_on_error=on", "postgres"],
            variables: variables, input: "create database \(Self.databaseName)\n")
        guard creation.succeeded else { throw failure("create its database", creation) }
        guard rename(fresh, state.dataDirectory) == 0 else {
            throw JobError(.configuration, "Cannot create \(state.dataDirectory): \(systemErrorText()).")
        }
    }

    private func initialise(
        _ fresh: String, _ programs: ServerPrograms, _ user: ServerUser, _ variables: [String: String]
    ) async throws {
        var arguments = [
            "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject", "--username=\(Self.databaseName)",
            "--data-checksums",
        ]
        if !isDurable { arguments.append("--no-sync") }
        try user.makePrivateFolder(fresh)
        let initdb = programs.path("initdb")
        let result = try await user.run(initdb, arguments + ["--locale=C.UTF-8"], variables: variables)
        if result.succeeded { return }
        // Some systems have no C.UTF-8; all have C, which differs only for letters beyond ASCII.
        try? FileManager.default.removeItem(atPath: fresh)
        try user.makePrivateFolder(fresh)
        let second = try await user.run(initdb, arguments + ["--locale=C"], variables: variables)
        guard second.succeeded else { throw failure("initialise", second) }
    }

    private func failure(_ task: String, _ result: ProgramResult) -> JobError {
        JobError(
            .unavailable, "The private PostgreSQL could not \(task) (\(result.ending)).",
            advice: "It said:\n\(ServerText.lastLines(result.output))")
    }
}
