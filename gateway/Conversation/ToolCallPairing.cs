using System.Security.Cryptography;
using System.Text;

namespace Dragoman.Conversation;

/// <summary>
/// Gives every tool call an id and every tool result its call. Clients lose ids (specs/ollama.md 4.2): a result is
/// paired by id, else by the tool's name with the first call still unanswered, else by position.
/// </summary>
public sealed class ToolCallPairing
{
    private readonly List<(string Id, string Name, bool Answered)> calls = [];

    /// <summary>Registers a call of the assistant, with an id made up from its place when the client gave none.</summary>
    public ToolCallPart Call(string? id, string name, string arguments)
    {
        var known = string.IsNullOrEmpty(id) ? $"call_{calls.Count:d8}" : id;
        calls.Add((known, name, false));
        return new ToolCallPart(known, name, arguments);
    }

    /// <summary>Finds the call that a result belongs to.</summary>
    /// <exception cref="GatewayException">No call is waiting for a result.</exception>
    public ToolResultPart Result(string? id, string? toolName, IReadOnlyList<Part> content, string field)
    {
        var index = -1;
        if (!string.IsNullOrEmpty(id))
            index = calls.FindIndex(call => call.Id == id && !call.Answered);
        if (index < 0 && !string.IsNullOrEmpty(toolName))
            index = calls.FindIndex(call => call.Name == toolName && !call.Answered);
        if (index < 0)
            index = calls.FindIndex(call => !call.Answered);
        return index < 0
            ? throw GatewayException.Invalid(field, $"{field} is a tool result, but no earlier assistant message has a tool call that waits for one")
            : Answer(index, content);
    }

    /// <summary>Finds the call that a result names, where clients keep ids (specs/dialects.md 2.4).</summary>
    /// <exception cref="GatewayException">No call of that id is waiting for a result.</exception>
    public ToolResultPart ResultOf(string id, IReadOnlyList<Part> content, string field)
    {
        var index = calls.FindIndex(call => call.Id == id && !call.Answered);
        if (index >= 0)
            return Answer(index, content);
        throw GatewayException.Invalid(field, calls.Exists(call => call.Id == id)
            ? $"{field} \"{id}\" is a tool call that already has a result"
            : $"{field} \"{id}\" is not the id of a tool call of an earlier assistant message");
    }

    private ToolResultPart Answer(int index, IReadOnlyList<Part> content)
    {
        calls[index] = calls[index] with { Answered = true };
        return new ToolResultPart(calls[index].Id, calls[index].Name, content, IsError: false);
    }
}

/// <summary>Turns any tool call id into one that a provider accepts, the same for the call and its result (specs/dialects.md 0.2, 3).</summary>
public static class ToolCallId
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Keeps an id that is <paramref name="length"/> letters and digits; hashes any other into one.</summary>
    public static string Alphanumeric(string id, int length)
    {
        if (id.Length == length && id.All(char.IsAsciiLetterOrDigit))
            return id;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        Span<char> chars = stackalloc char[length];
        for (var i = 0; i < length; i++)
            chars[i] = Alphabet[hash[i] % Alphabet.Length];
        return new string(chars);
    }
}
