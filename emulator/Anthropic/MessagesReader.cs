using Dragoman.Emulator.Api;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Anthropic;

/// <summary>Reads <c>messages</c> and checks Anthropic's rules for their order (<c>specs/dialects.md 1.3</c>).</summary>
internal sealed class MessagesReader(FieldReader body, AnthropicModel model, bool isNewVersion)
{
    private static readonly string[] Roles = ["user", "assistant", "system"];

    private readonly List<(string Role, MessageContent Content)> turns = [];

    /// <summary>Whether the last message is the assistant's and must be continued.</summary>
    public bool IsPrefilled => turns is [.., ("assistant", _)];

    /// <summary>Whether the last message holds results of tools.</summary>
    public bool EndsInResults => turns is [.., (_, { Results.Count: > 0 })];

    public bool HasToolBlocks => turns.Exists(turn => turn.Content.Calls.Count > 0 || turn.Content.Results.Count > 0);

    public void Read()
    {
        var blocks = new BlockReader(model, isNewVersion);
        var items = body.Items("messages", required: true) ?? [];
        for (var index = 0; index < items.Length; index++)
        {
            if (body.Item("messages", index, items[index]) is not { } message)
                continue;
            if (message.OneOf("role", Roles, required: true) is { } role)
            {
                var content = blocks.Read(message, "content", role);
                if (isNewVersion && role == "assistant" && content.Types.Contains("document"))
                    throw Refused($"messages.{index}.content: document blocks are not permitted in assistant messages");
                Add(role, content);
            }

            message.RejectOthers();
        }
    }

    /// <param name="thinksByBudget">Whether the model thinks by a budget, so that a tool loop must keep its thinking.</param>
    /// <exception cref="ApiException">400: a rule is broken.</exception>
    public void Check(bool thinksByBudget)
    {
        if (turns.Count == 0)
            throw Refused("messages: at least one message is required");
        if (turns[0].Role == "assistant")
            throw Refused("messages: first message must use the \"user\" role");
        CheckSystemMessages();
        var ids = new HashSet<string>();
        for (var index = 0; index < turns.Count; index++)
        {
            var (role, content) = turns[index];
            if (content.Types.Count == 0 || (content.Types is ["text"] && content.Text.Length == 0))
                throw Refused($"messages.{index}: all messages must have non-empty content except for the optional final assistant message");
            foreach (var call in content.Calls)
            {
                if (!ids.Add(call.Id))
                    throw Refused($"messages.{index}.content: `tool_use` ids must be unique");
            }

            CheckResults(index, content);
            if (role == "assistant")
                CheckCalls(index, content);
        }

        if (IsPrefilled && model.RefusesPrefill)
            throw Refused("This model does not support assistant message prefill. The conversation must end with a user message.");
        if (IsPrefilled && turns[^1].Content.Text.ToString() is { Length: > 0 } text && char.IsWhiteSpace(text[^1]))
            throw Refused("messages: final assistant content cannot end with trailing whitespace");
        if (thinksByBudget && IsPrefilled)
            throw Refused("Expected last message to be from the user: assistant messages cannot be prefilled when `thinking` is enabled.");
        if (thinksByBudget && EndsInResults && turns.FindLastIndex(turn => turn.Role == "assistant") is >= 0 and var last
            && turns[last].Content.Types[0] is not ("thinking" or "redacted_thinking"))
        {
            throw Refused($"messages.{last}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{turns[last].Content.Types[0]}`. When `thinking` is enabled, "
                + "a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). To avoid this requirement, disable `thinking`.");
        }
    }

    /// <summary>The messages for the answer. Results follow the other text of a user message, because they decide the answer.</summary>
    public List<ChatMessage> Messages()
    {
        var messages = new List<ChatMessage>();
        foreach (var (role, content) in turns)
        {
            var text = content.Text.ToString();
            if (role != "user" || text.Length > 0 || content.Images.Count + content.Attachments.Count > 0)
            {
                messages.Add(new(role, text)
                {
                    Images = content.Images,
                    Attachments = content.Attachments,
                    ToolCalls = content.Calls,
                    HasContent = true,
                });
            }

            messages.AddRange(content.Results.Select(result => new ChatMessage("tool", result.Text) { ToolCallId = result.Id }));
        }

        return messages;
    }

    /// <summary>Adds a message. Consecutive messages of one role are joined.</summary>
    private void Add(string role, MessageContent content)
    {
        if (role == "system" || turns is not [.., var (last, before)] || last != role)
        {
            turns.Add((role, content));
            return;
        }

        before.Text.Append(before.Text.Length > 0 && content.Text.Length > 0 ? "\n" : "").Append(content.Text);
        before.Images.AddRange(content.Images);
        before.Attachments.AddRange(content.Attachments);
        before.Calls.AddRange(content.Calls);
        before.Results.AddRange(content.Results);
        before.Types.AddRange(content.Types);
    }

    private void CheckSystemMessages()
    {
        for (var index = 0; index < turns.Count; index++)
        {
            if (turns[index].Role != "system")
                continue;
            if (!model.TakesSystemMessages)
                throw Refused($"messages.{index}.role: Input should be 'user' or 'assistant'");
            if (index == 0 || turns[index - 1].Role != "user")
                throw Refused($"messages.{index}: a `system` message must follow a `user` message");
            if (index + 1 < turns.Count && turns[index + 1].Role != "assistant")
                throw Refused($"messages.{index}: a `system` message must be the last message or be followed by an `assistant` message");
        }
    }

    private void CheckCalls(int index, MessageContent content)
    {
        if (content.Calls.Count == 0)
            return;
        var next = index + 1 < turns.Count ? turns[index + 1].Content : new();
        var first = next.Types.TakeWhile(type => type == "tool_result").Count();
        var missing = content.Calls.Select(call => call.Id).Except(next.Results.Take(first).Select(result => result.Id)).ToList();
        if (missing.Count > 0)
        {
            throw Refused($"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: {string.Join(", ", missing)}. "
                + "Each `tool_use` block must have a corresponding `tool_result` block in the next message.");
        }
    }

    private void CheckResults(int index, MessageContent content)
    {
        var calls = index > 0 ? turns[index - 1].Content.Calls : [];
        foreach (var (id, _) in content.Results)
        {
            if (!calls.Exists(call => call.Id == id))
            {
                throw Refused($"messages.{index}.content.0: unexpected `tool_use_id` found in `tool_result` blocks: {id}. "
                    + "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.");
            }
        }
    }

    private static ApiException Refused(string message) => new(AnthropicError.Invalid(message));
}
