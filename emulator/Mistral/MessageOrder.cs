using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;

namespace Dragoman.Emulator.Mistral;

/// <summary>Mistral's rules for the order of messages and the pairing of tool calls with results.</summary>
internal static class MessageOrder
{
    /// <exception cref="ApiException">400 with code 3230, 3240 or 3280.</exception>
    public static void Check(IReadOnlyList<ChatMessage> messages, ModelCard model)
    {
        if (messages.Count == 0)
            throw Order("Conversation must have at least one message");
        var unanswered = new List<string>();
        var before = "";
        foreach (var message in messages)
        {
            switch (message.Role)
            {
                case "tool":
                    CheckResult(message, before, unanswered);
                    break;
                case "assistant":
                    CheckAllAnswered(unanswered);
                    CheckCalls(message);
                    unanswered.AddRange(message.ToolCalls.Select(call => call.Id));
                    break;
                default:
                    CheckAllAnswered(unanswered);
                    if (message.Role == "user" && before == "tool" && model.RefusesUserAfterTool)
                        throw Order("Unexpected role 'user' after role 'tool'");
                    break;
            }

            before = message.Role;
        }

        var last = messages[^1];
        if (last.Role is not ("user" or "tool") && !(last.Role == "assistant" && last.IsPrefix))
            throw Order($"Expected last role User or Tool (or Assistant with prefix True) for serving but got {last.Role}");
        CheckAllAnswered(unanswered);
    }

    private static void CheckResult(ChatMessage message, string before, List<string> unanswered)
    {
        if (before is not ("assistant" or "tool"))
            throw Order(before.Length == 0 ? "Unexpected role 'tool' at the start" : $"Unexpected role 'tool' after role '{before}'");
        if (message.ToolCallId is null)
            throw new ApiException(MistralError.FunctionCall("Tool call id has to be defined in serving mode."));
        CheckId(message.ToolCallId);
        if (!unanswered.Remove(message.ToolCallId))
            throw Order($"Unexpected tool call id {message.ToolCallId} in tool results");
    }

    private static void CheckCalls(ChatMessage message)
    {
        if (!message.HasContent && message.ToolCalls.Count == 0)
        {
            throw new ApiException(new MistralError(400, "Assistant message must have either content or tool_calls, but not none.")
            {
                Type = "invalid_request_assistant_message",
                Code = "3240",
            });
        }

        foreach (var call in message.ToolCalls)
            CheckId(call.Id);
    }

    private static void CheckId(string id)
    {
        if (id.Length != 9 || !id.All(char.IsAsciiLetterOrDigit))
        {
            throw new ApiException(MistralError.FunctionCall(
                $"Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9."));
        }
    }

    private static void CheckAllAnswered(List<string> unanswered)
    {
        if (unanswered.Count > 0)
            throw Order("Not the same number of function calls and responses");
    }

    private static ApiException Order(string message) => new(MistralError.MessageOrder(message));
}
