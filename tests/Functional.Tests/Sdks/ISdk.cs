namespace Dragoman.Functional.Tests.Sdks;

/// <summary>An official client library and the part of it that speaks.</summary>
internal interface ISdk
{
    /// <summary>As in <c>tests/conformance</c>: the package and what of it speaks.</summary>
    string Name { get; }

    /// <summary>Of the package.</summary>
    string Version { get; }

    /// <exception cref="SdkRefusal">The library's own exception for an answer that is an error, or breaks off.</exception>
    Task<Reply> AskAsync(Prompt prompt, bool streamed);
}

/// <summary>What the library threw, read from its own exception.</summary>
internal sealed class SdkRefusal(int? status, string? requestId, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Null for a failure after the headers.</summary>
    public int? Status { get; } = status;

    /// <summary>The request id that the library found in the answer.</summary>
    public string? RequestId { get; } = requestId;
}
