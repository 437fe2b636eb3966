using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;

namespace Dragoman.Emulator.Gemini;

/// <summary>Checks Gemini's rules for function calls and their responses, and converts contents to messages.</summary>
internal static class Turns
{
    /// <exception cref="ApiException">400: a rule is broken.</exception>
    public static void Check(IReadOnlyList<Content> contents, GeminiModel model)
    {
        if (contents.Count == 0)
            throw Refused("* GenerateContentRequest.contents: contents is not specified");
        for (var index = 0; index < contents.Count; index++)
        {
            var content = contents[index];
            if (content.Responses.Count > 0 && (index == 0 || contents[index - 1].Calls.Count == 0))
                throw Refused("Please ensure that function response turn comes immediately after a function call turn.");
            if (content.Calls.Count == 0)
                continue;
            if (index == 0 || contents[index - 1].Role != "user")
                throw Refused("Please ensure that function call turn comes immediately after a user turn or after a function response turn.");
            var responses = index + 1 < contents.Count ? contents[index + 1].Responses : [];
            if (responses.Count != content.Calls.Count)
                throw Refused("Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.");
            for (var number = 0; number < responses.Count; number++)
            {
                if (Match(content, responses[number].Id, responses[number].Name, number) is null)
                    throw Refused($"Please ensure that function response {number + 1} (`{responses[number].Name}`) answers a function call of the turn before it, in the same order.");
            }
        }

        if (model.IsThird)
            CheckSignatures(contents);
    }

    /// <summary>Converts contents to messages. Results follow the other text of a turn.</summary>
    public static List<ChatMessage> ToMessages(IReadOnlyList<Content> contents)
    {
        var messages = new List<ChatMessage>();
        for (var index = 0; index < contents.Count; index++)
        {
            var content = contents[index];
            var isModel = content.Role == "model";
            if (isModel || content.Speaks || content.Responses.Count == 0)
            {
                messages.Add(new(isModel ? "assistant" : "user", content.Text.ToString())
                {
                    Images = content.Images,
                    Attachments = content.Attachments,
                    ToolCalls = [.. content.Calls.Select((call, number) => new PastToolCall(IdOf(index, number), call.Name, call.Arguments))],
                });
            }

            for (var number = 0; number < content.Responses.Count; number++)
            {
                var (id, name, text) = content.Responses[number];
                var call = Match(contents[index - 1], id, name, number) ?? number;
                messages.Add(new("tool", text) { ToolCallId = IdOf(index - 1, call), Name = name });
            }
        }

        return messages;
    }

    private static string IdOf(int content, int call) => $"{content}.{call}";

    /// <summary>The call that a response answers: the one with its id, or the one with its name at the same position.</summary>
    private static int? Match(Content calls, string? id, string name, int number)
    {
        if (id is not null && calls.Calls.FindIndex(call => call.Id == id) is >= 0 and var found)
            return calls.Calls[found].Name == name ? found : null;
        return number < calls.Calls.Count && calls.Calls[number].Name == name ? number : null;
    }

    /// <summary>Checks that the first call of each step since the last user text has a signature.</summary>
    private static void CheckSignatures(IReadOnlyList<Content> contents)
    {
        var start = contents.Count - 1;
        while (start > 0 && !(contents[start].Role == "user" && contents[start].Responses.Count == 0))
            start--;
        for (var index = start; index < contents.Count; index++)
        {
            if (contents[index].Calls is [{ IsSigned: false } first, ..])
            {
                throw Refused("Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature "
                    + $"may lead to degraded model performance. Additional data, function call `default_api:{first.Name}` , position {index + 1}.");
            }
        }
    }

    private static ApiException Refused(string message) => new(GeminiError.Invalid(message));
}
