namespace Dragoman.Functional.Tests.Sdks;

/// <summary>An official client library, and the part of it that sends the requests.</summary>
internal interface ISdk
{
    /// <summary>The name in <c>tests/conformance</c>: the package and its part.</summary>
    string Name { get; }

    /// <summary>The package's version.</summary>
    string Version { get; }

    /// <exception cref="SdkRefusal">The library threw its own exception, because the answer is an error or breaks off.</exception>
    Task<Reply> AskAsync(Prompt prompt, bool streamed);
}

/// <summary>The error that the library threw, read from its own exception.</summary>
internal sealed class SdkRefusal(int? status, string? requestId, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The HTTP status. Null when the answer failed after its headers.</summary>
    public int? Status { get; } = status;

    /// <summary>The request id that the library found in the answer.</summary>
    public string? RequestId { get; } = requestId;
}
