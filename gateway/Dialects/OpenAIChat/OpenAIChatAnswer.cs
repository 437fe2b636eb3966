using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
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
        var freeTextTools = context.Request.FreeTextTools();
        for (var index = 0; index < answer.Choices.Count; index++)
            WriteChoice(writer, context, freeTextTools, index, answer.Choices[index]);
        writer.WriteEndArray();
        CompletionWriter.WriteUsage(writer, context, answer.Usage);
        writer.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter writer, AnswerContext context, HashSet<string> freeTextTools, int index, AnswerChoice choice)
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
                WriteCall(writer, context, call, freeTextTools.Contains(call.Name));

            writer.WriteEndArray();
        }

        WriteMedia(writer, context, choice);
        writer.WriteEndObject();
        CompletionWriter.WriteChatLogprobs(writer, choice.LogprobEntries);
        writer.WriteString("finish_reason"u8, CompletionWriter.FinishReason(choice.StopReason ?? StopReason.Stop));
        writer.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter writer, AnswerContext context, AnswerToolCall call, bool isFreeText)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, call.Id);
        writer.WriteString("type"u8, isFreeText ? "custom"u8 : "function"u8);
        writer.WriteStartObject(isFreeText ? "custom"u8 : "function"u8);
        writer.WriteString("name"u8, call.Name);
        if (isFreeText)
        {
            var arguments = call.Arguments.ToString();
            writer.WriteString("input"u8, FreeText.InputOf(arguments) ?? arguments);
        }
        else
        {
            CompletionWriter.WriteEscaped(writer, "arguments"u8, call.Arguments);
        }

        writer.WriteEndObject();
        WriteState(writer, context, call.State);
        writer.WriteEndObject();
    }

    /// <summary>Writes state in the member that Google's own OpenAI-compatible API uses (specs/dialects.md 2.6).</summary>
    private static void WriteState(Utf8JsonWriter writer, AnswerContext context, OpaqueState? state)
    {
        if (state is not { Kind: StateKind.GeminiThoughtSignature })
            return;
        writer.WriteStartObject("extra_content"u8);
        writer.WriteStartObject("google"u8);
        writer.WriteString("thought_signature"u8, context.Envelope.Wrap(state));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Writes pictures as OpenRouter and LiteLLM do, and sound as OpenAI does (specs/dialects.md 2.10, 2.11).</summary>
    private static void WriteMedia(Utf8JsonWriter writer, AnswerContext context, AnswerChoice choice)
    {
        var media = choice.Blocks.OfType<MediaBlock>().ToLookup(block => block.MediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase));
        if (media[true].Any())
        {
            writer.WriteStartArray("images"u8);
            foreach (var picture in media[true])
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, "image_url"u8);
                writer.WriteStartObject("image_url"u8);
                writer.WriteString("url"u8, $"data:{picture.MediaType};base64,{picture.Base64}");
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (!media[false].Any())
            return;
        writer.WriteStartObject("audio"u8);
        writer.WriteString("id"u8, "audio_" + context.RequestId);
        writer.WriteString("data"u8, string.Concat(media[false].Select(sound => sound.Base64.ToString())));
        writer.WriteString("transcript"u8, ""u8);
        writer.WriteEndObject();
    }
}
