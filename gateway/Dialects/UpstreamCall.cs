using Dragoman.Wire;

namespace Dragoman.Dialects;

/// <summary>A request in the form in which it is sent to a provider.</summary>
/// <param name="Path">The path, relative to the provider's base URL, without a leading slash.</param>
/// <param name="Body">UTF-8 JSON.</param>
public sealed record UpstreamCall(string Path, ReadOnlyMemory<byte> Body)
{
    private readonly ReadOnlyMemory<byte> body = Body;

    /// <summary>The client's own request with its changes, when it is passed through; null when the request was translated.</summary>
    public EditedJson? Passed { get; init; }

    /// <summary>UTF-8 JSON. A request that passes through is written at the first use of this property; sending it does not need that.</summary>
    public ReadOnlyMemory<byte> Body
    {
        get => Passed?.Written ?? body;
        init => (body, Passed) = (value, null);
    }

    /// <summary>The length of the body in bytes.</summary>
    public int Length => Passed?.Length ?? body.Length;

    /// <summary>The provider's name of the model, when the address depends on it or a server may have to load it.</summary>
    public string? Model { get; init; }

    /// <summary>Stop sequences that the provider does not accept, so that the gateway has to cut the answer.</summary>
    public IReadOnlyList<string> LocalStop { get; init; } = [];

    /// <summary>
    /// The client's own JSON Schema, when the provider did not get all of it, so that the gateway has to check the answer; null when
    /// the provider enforces it.
    /// </summary>
    public string? AnswerSchema { get; init; }

    /// <summary>Whether only the gateway asked for a summary of the reasoning, so that the call may be repeated without it.</summary>
    public bool CanDoWithoutSummary { get; init; }

    /// <summary>The dialect's own request headers, without authentication.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}
