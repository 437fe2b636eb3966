using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>One of an answer's <c>parts</c>, as slices of the received JSON. Its members may have any order.</summary>
internal ref struct GeminiPart
{
    private ReadOnlySpan<byte> text;
    private ReadOnlySpan<byte> signature;
    private ReadOnlySpan<byte> mimeType;
    private ReadOnlySpan<byte> data;
    private ReadOnlySpan<byte> language;
    private ReadOnlySpan<byte> code;
    private ReadOnlySpan<byte> output;
    private ReadOnlySpan<byte> functionCall;
    private bool isThought;

    /// <summary>Reads a part. The reader starts at the object's start and stops at its end.</summary>
    public static GeminiPart Read(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var part = default(GeminiPart);
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("text"u8))
            {
                part.text = ReadText(ref reader);
            }
            else if (reader.ValueSpan.SequenceEqual("thought"u8))
            {
                reader.Read();
                part.isThought = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("thoughtSignature"u8))
            {
                part.signature = ReadText(ref reader);
            }
            else if (reader.ValueSpan.SequenceEqual("functionCall"u8))
            {
                reader.Read();
                var from = (int)reader.TokenStartIndex;
                var isObject = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
                if (isObject)
                    part.functionCall = json[from..(int)reader.BytesConsumed];
            }
            else if (reader.ValueSpan.SequenceEqual("inlineData"u8))
            {
                ReadPair(ref reader, "mimeType"u8, ref part.mimeType, "data"u8, ref part.data);
            }
            else if (reader.ValueSpan.SequenceEqual("executableCode"u8))
            {
                ReadPair(ref reader, "language"u8, ref part.language, "code"u8, ref part.code);
            }
            else if (reader.ValueSpan.SequenceEqual("codeExecutionResult"u8))
            {
                ReadPair(ref reader, "output"u8, ref part.output, default, ref part.output);
            }
            else
            {
                reader.SkipValue();
            }
        }

        return part;
    }

    /// <summary>The text or thought of a part that holds nothing else. Empty for any other part.</summary>
    public readonly ReadOnlySpan<byte> LoneWords(out bool isThought)
    {
        isThought = this.isThought;
        return functionCall.IsEmpty && signature.IsEmpty && data.IsEmpty && code.IsEmpty && output.IsEmpty ? text : default;
    }

    public readonly void RaiseAt(GeminiCandidate candidate)
    {
        if (!functionCall.IsEmpty)
        {
            candidate.Call(functionCall, signature);
            return;
        }

        if (isThought)
            candidate.Reason(text);
        else
            candidate.Say(text);
        if (!data.IsEmpty)
            candidate.Show(mimeType, data);
        if (!code.IsEmpty)
            candidate.Fence(language.SequenceEqual("PYTHON"u8) ? "python"u8 : default, code);
        if (!output.IsEmpty)
            candidate.Fence(default, output);
        if (!signature.IsEmpty)
            candidate.Sign(signature);
    }

    private static ReadOnlySpan<byte> ReadText(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.ValueSpan;
        reader.Skip();
        return default;
    }

    private static void ReadPair(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> first, ref ReadOnlySpan<byte> firstText, ReadOnlySpan<byte> second, ref ReadOnlySpan<byte> secondText)
    {
        reader.Read();
        if (!reader.Enters(JsonTokenType.StartObject))
            return;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual(first))
            {
                firstText = ReadText(ref reader);
            }
            else if (!second.IsEmpty && reader.ValueSpan.SequenceEqual(second))
            {
                secondText = ReadText(ref reader);
            }
            else
            {
                reader.SkipValue();
            }
        }
    }
}
