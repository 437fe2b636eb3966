namespace Dragoman.Startup;

/// <summary>Who reads an environment variable.</summary>
[Flags]
public enum VariableReaders
{
    None = 0,
    Sidecar = 1,
    Functions = 2,
    Emulator = 4,

    /// <summary><c>nginx/render.sh</c>.</summary>
    FrontDoor = 8,

    /// <summary><c>run.sh</c>.</summary>
    RunScript = 16,

    /// <summary>The tests and their clients.</summary>
    Tests = 32,

    Gateway = Sidecar | Functions,
    Processes = Gateway | Emulator,
}

/// <summary>An environment variable that means something to a part of Dragoman.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Readers">Who reads it. All parts may share one environment, so each knows the variables of the others.</param>
/// <param name="Text">For the manual page.</param>
public sealed record KnownVariable(string Name, VariableReaders Readers, string Text)
{
    /// <summary>The one list; a test holds it against the scripts and the documents.</summary>
    public static readonly IReadOnlyList<KnownVariable> All =
    [
        new("DRAGOMAN_CONFIG", VariableReaders.Gateway | VariableReaders.RunScript, "The configuration file; gateway.json in the working directory if not set."),
        new("DRAGOMAN_LISTEN", VariableReaders.Gateway, "The IP address to listen on; 127.0.0.1 if not set."),
        new("DRAGOMAN_SIDECAR_PORT", VariableReaders.Sidecar, "The port; 5081 if not set, 0 for any free one."),
        new("FUNCTIONS_CUSTOMHANDLER_PORT", VariableReaders.Functions, "The port, set by the Functions host; 7071 if not set, 0 for any free one."),
        new("DRAGOMAN_EMULATOR_PORT", VariableReaders.Emulator, "The port; 4755 if not set, 0 for any free one."),
        new("DRAGOMAN_EMULATOR_URL", VariableReaders.Gateway | VariableReaders.RunScript, "Where the emulator answers when no provider is configured; http://127.0.0.1:4755/v1 if not set."),
        new("DRAGOMAN_DEBUG", VariableReaders.Processes, "Anything: show the details of an unexpected failure at the start."),
        new("DRAGOMAN_DATA", VariableReaders.RunScript, "Reserved: a directory for what is to outlive the process."),
        new("OLLAMA_ORIGINS", VariableReaders.Gateway, "Origins of web pages that may call, separated by commas, when /access/origins is not given."),
        new("OPENAI_API_KEY", VariableReaders.Gateway | VariableReaders.RunScript, "Without configured providers: switches OpenAI on."),
        new("MISTRAL_API_KEY", VariableReaders.Gateway | VariableReaders.RunScript, "Without configured providers: switches Mistral on."),
        new("ANTHROPIC_API_KEY", VariableReaders.Gateway, "Without configured providers: switches Anthropic on."),
        new("GEMINI_API_KEY", VariableReaders.Gateway, "Without configured providers: switches Gemini on."),
        new("AZURE_OPENAI_ENDPOINT", VariableReaders.Gateway, "Without configured providers: switches Azure OpenAI on."),
        new("AZURE_OPENAI_API_KEY", VariableReaders.Gateway, "The key for AZURE_OPENAI_ENDPOINT; Microsoft Entra ID if not set."),
        new("LMSTUDIO_BASE_URL", VariableReaders.Gateway | VariableReaders.RunScript, "Without configured providers: an OpenAI-compatible server, such as http://127.0.0.1:1234/v1."),
        new("PORT", VariableReaders.RunScript, "The front door."),
        new("DRAGOMAN_NGINX_LISTEN", VariableReaders.FrontDoor, "The front door's address."),
        new("DRAGOMAN_SIDECAR", VariableReaders.FrontDoor, "Where the sidecars are."),
        new("DRAGOMAN_FUNCTIONS", VariableReaders.FrontDoor, "Where the functions are."),
        new("DRAGOMAN_FUNCTIONS_KEY", VariableReaders.FrontDoor, "Sent to the functions."),
        new("DRAGOMAN_CA_CERTIFICATES", VariableReaders.FrontDoor, "What https functions are verified with."),
        new("DRAGOMAN_TRUSTED_PROXY", VariableReaders.FrontDoor, "Whose X-Forwarded-* is believed."),
        new("DRAGOMAN_BODY_LIMIT", VariableReaders.FrontDoor, "The largest request body."),
        new("DRAGOMAN_LARGE_BODIES", VariableReaders.FrontDoor, "Requests with large bodies that may run."),
        new("DRAGOMAN_CLIENT_REQUESTS", VariableReaders.FrontDoor, "Requests that may run for one address."),
        new("DRAGOMAN_WORKERS", VariableReaders.FrontDoor, "Worker processes."),
        new("DRAGOMAN_WORKER_CONNECTIONS", VariableReaders.FrontDoor, "Connections a worker."),
        new("DRAGOMAN_OPEN_FILES", VariableReaders.FrontDoor, "File descriptors a worker."),
        new("DRAGOMAN_DRAIN", VariableReaders.FrontDoor, "How long streams may run on."),
        new("DRAGOMAN_ACCESS_LOG", VariableReaders.FrontDoor, "The access log."),
        new("DRAGOMAN_ERROR_LOG", VariableReaders.FrontDoor, "The error log."),
        new("DRAGOMAN_REQUEST_ERROR_LOG", VariableReaders.FrontDoor, "The error log of single requests."),
        new("DRAGOMAN_NGINX_RUN", VariableReaders.FrontDoor, "For pid and temporary files."),
        new("DRAGOMAN_ALLOW_OPEN_NETWORK", VariableReaders.FrontDoor, "Lets an open front door listen beyond loopback."),
        new("DRAGOMAN_CONFORMANCE_RESULTS", VariableReaders.Tests, "Where the conformance tests write their results."),
        new("DRAGOMAN_WRITE_DOCS", VariableReaders.Tests, "Lets the tests write the documents that they check."),
        new("DRAGOMAN_TEST_CONFIGURATION", VariableReaders.Tests, "For the client tests."),
        new("DRAGOMAN_TEST_DOOR", VariableReaders.Tests, "For the client tests."),
        new("DRAGOMAN_TEST_EMULATOR", VariableReaders.Tests, "For the client tests."),
        new("DRAGOMAN_TEST_RESTLESS", VariableReaders.Tests, "For the client tests."),
        new("DRAGOMAN_TEST_SCRIPTED", VariableReaders.Tests, "For the client tests."),
    ];
}
