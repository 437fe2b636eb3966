using Dragoman.Wire;

namespace Dragoman.Dialects;

/// <summary>A request as it goes to a provider.</summary>
/// <param name="Path">Relative to the provider's base URL, without a leading slash.</param>
/// <param name="Body">UTF-8 JSON.</param>
public sealed record UpstreamCall(string Path, ReadOnlyMemory<byte> Body)
{
    private readonly ReadOnlyMemory<byte> body = Body;

    /// <summary>The client's own request with the changes, where that is what is sent; null: the body was written.</summary>
    public EditedJson? Passed { get; init; }

    /// <summary>UTF-8 JSON. A request that passes through is written when this is asked for; to send it is no reason to ask.</summary>
    public ReadOnlyMemory<byte> Body
    {
        get => Passed?.Written ?? body;
        init => (body, Passed) = (value, null);
    }

    /// <summary>Of the body, in bytes.</summary>
    public int Length => Passed?.Length ?? body.Length;

    /// <summary>The provider's name of the model, where that is needed to wake it.</summary>
    public string? Model { get; init; }

    /// <summary>Stop sequences that the provider does not take, so that the answer has to be cut here.</summary>
    public IReadOnlyList<string> LocalStop { get; init; } = [];

    /// <summary>
    /// The client's own JSON Schema, when the provider was not told all of it, so that the answer has to be checked here;
    /// null: the provider sees to it.
    /// </summary>
    public string? AnswerSchema { get; init; }

    /// <summary>Whether the wish for reasoning in words is the gateway's alone, so that the call may go without.</summary>
    public bool CanDoWithoutSummary { get; init; }

    /// <summary>Request headers of the dialect's own; authentication is not among them.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}
