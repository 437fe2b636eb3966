using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.Requests;

/// <summary>
/// Limits for the elements of one request, far above what clients send. Reading takes linear time even without them. They
/// limit the memory that is used besides the body: each message, part and call takes some hundred bytes of objects.
/// </summary>
internal static class RequestLimits
{
    /// <summary>Members of one object that the gateway reads. A request has some thirty. Schemas and arguments are not counted.</summary>
    public const int MostMembers = 100_000;

    /// <summary>Elements of one list that the gateway reads: messages, items, parts, calls. The longest conversations of agents have some ten thousand.</summary>
    public const int MostElements = 100_000;

    /// <summary>Tools of one request. Agents with all tool servers of a catalog attached send some two thousand.</summary>
    public const int MostTools = 10_000;

    /// <summary>Parts of all messages together, calls and results included.</summary>
    public const int MostParts = 250_000;

    /// <summary>Stop sequences of one request. Providers accept four to sixteen; Ollama's clients send some dozen.</summary>
    public const int MostStopSequences = 1024;

    /// <summary>Characters of all stop sequences together; the answer is searched for them.</summary>
    public const int LongestStopSequences = 64 * 1024;

    /// <summary>Texts that one request embeds. OpenAI accepts 2,048; Ollama's clients send whole documents in pieces.</summary>
    public const int MostInputs = 65_536;

    /// <summary>Prompts of one completion request.</summary>
    public const int MostPrompts = 2048;

    /// <exception cref="GatewayException">There are too many tools or parts.</exception>
    public static void Check(ChatRequest request)
    {
        if (request.Tools.Count > MostTools)
            throw GatewayException.Invalid("tools", RequestText.MostElements("tools", MostTools, request.Tools.Count));
        long parts = 0;
        foreach (var turn in request.Turns)
            parts += turn.Parts.Count;
        if (parts > MostParts)
            throw GatewayException.Invalid("messages", RequestText.MostParts(MostParts, parts));
    }

    /// <exception cref="GatewayException">The list has too many elements.</exception>
    public static string[] Check(string[] list, int most, string field) =>
        list.Length <= most ? list : throw GatewayException.Invalid(field, RequestText.MostElements(field, most, list.Length));

    /// <exception cref="GatewayException">The stop sequences are too many, or too long together.</exception>
    public static string[] CheckStop(string[] sequences, string field)
    {
        Check(sequences, MostStopSequences, field);
        return sequences.Sum(sequence => (long)sequence.Length) <= LongestStopSequences
            ? sequences
            : throw GatewayException.Invalid(field, RequestText.MostCharacters(field, LongestStopSequences));
    }
}
