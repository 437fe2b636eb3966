using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Conversation.ChatCompletions;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>Writes a whole answer as OpenAI's <c>chat.completion</c> object (specs/dialects.md 1.1).</summary>
internal static class OpenAIChatAnswer
{
    public static void Write(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WriteString("id"u8, CompletionWriter.ChatId(context));
        writer.WriteString("object"u8, "chat.completion"u8);
        writer.WriteNumber("created"u8, context.CreatedAt.ToUnixTimeSeconds());
        writer.WriteString("model"u8, context.Request.Model);
        writer.WriteStartArray("choices"u8);
        for (var index = 0; index < answer.Choices.Count; index++)
            WriteChoice(writer, index, answer.Choices[index]);
        writer.WriteEndArray();
        CompletionWriter.WriteUsage(writer, answer.Usage);
        writer.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter writer, int index, AnswerChoice choice)
    {
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, index);
        writer.WriteStartObject("message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        if (choice.Text.Length == 0 && (choice.ToolCalls.Count > 0 || choice.Refusal.Length > 0))
            writer.WriteNull("content"u8);
        else
            CompletionWriter.WriteEscaped(writer, "content"u8, choice.Text);
        if (choice.Refusal.Length > 0)
            CompletionWriter.WriteEscaped(writer, "refusal"u8, choice.Refusal);
        else
            writer.WriteNull("refusal"u8);
        if (choice.Reasoning.Length > 0)
            CompletionWriter.WriteEscaped(writer, "reasoning_content"u8, choice.Reasoning);
        if (choice.ToolCalls.Count > 0)
        {
            writer.WriteStartArray("tool_calls"u8);
            foreach (var call in choice.ToolCalls)
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, call.Id);
                writer.WriteString("type"u8, "function"u8);
                writer.WriteStartObject("function"u8);
                writer.WriteString("name"u8, call.Name);
                CompletionWriter.WriteEscaped(writer, "arguments"u8, call.Arguments);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        CompletionWriter.WriteChatLogprobs(writer, choice.LogprobEntries);
        writer.WriteString("finish_reason"u8, CompletionWriter.FinishReason(choice.StopReason ?? StopReason.Stop));
        writer.WriteEndObject();
    }
}
