using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>A <c>functionCall</c>, or a piece of one (specs/dialects.md 1.4).</summary>
internal readonly ref struct GeminiCall
{
    private GeminiCall(string? id, string? name, ReadOnlySpan<byte> arguments, List<Piece> pieces, bool goesOn)
    {
        Id = id;
        Name = name;
        Arguments = arguments;
        Pieces = pieces;
        GoesOn = goesOn;
    }

    public string? Id { get; }

    public string? Name { get; }

    /// <summary>A JSON object; empty when there is none.</summary>
    public ReadOnlySpan<byte> Arguments { get; }

    public IReadOnlyList<Piece> Pieces { get; }

    /// <summary>Whether more pieces follow.</summary>
    public bool GoesOn { get; }

    public static GeminiCall Read(ReadOnlySpan<byte> json)
    {
        string? id = null, name = null;
        ReadOnlySpan<byte> arguments = default;
        List<Piece> pieces = [];
        var goesOn = false;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("id"u8))
            {
                id = ReadText(ref reader) ?? id;
            }
            else if (reader.ValueSpan.SequenceEqual("name"u8))
            {
                name = ReadText(ref reader) ?? name;
            }
            else if (reader.ValueSpan.SequenceEqual("args"u8))
            {
                reader.Read();
                var from = (int)reader.TokenStartIndex;
                var isObject = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
                if (isObject)
                    arguments = json[from..(int)reader.BytesConsumed];
            }
            else if (reader.ValueSpan.SequenceEqual("willContinue"u8))
            {
                reader.Read();
                goesOn = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("partialArgs"u8))
            {
                reader.Read();
                ReadPieces(ref reader, pieces);
            }
            else
            {
                reader.SkipValue();
            }
        }

        return new GeminiCall(id, name, arguments, pieces, goesOn);
    }

    private static void ReadPieces(scoped ref Utf8JsonReader reader, List<Piece> pieces)
    {
        if (!reader.Enters(JsonTokenType.StartArray))
            return;
        while (reader.NextObject())
        {
            string? path = null;
            byte[]? value = null;
            var isText = false;
            while (reader.NextMember())
            {
                var isPath = reader.ValueSpan.SequenceEqual("jsonPath"u8);
                var isString = reader.ValueSpan.SequenceEqual("stringValue"u8);
                var isNull = reader.ValueSpan.SequenceEqual("nullValue"u8);
                var isOther = reader.ValueSpan.SequenceEqual("numberValue"u8) || reader.ValueSpan.SequenceEqual("boolValue"u8);
                reader.Read();
                if (isPath && reader.TokenType == JsonTokenType.String)
                {
                    path = JsonText.ReadString(reader.ValueSpan);
                }
                else if (isNull)
                {
                    // Protobuf's JSON writes its null as the text NULL_VALUE.
                    value = "null"u8.ToArray();
                    reader.Skip();
                }
                else if ((isString && reader.TokenType == JsonTokenType.String) || (isOther && reader.TokenType is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False))
                {
                    isText = isString;
                    value = reader.ValueSpan.ToArray();
                }
                else
                {
                    reader.Skip();
                }
            }

            if (path is not null && value is not null)
                pieces.Add(new Piece(path, isText, value));
        }
    }

    private static string? ReadText(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return JsonText.ReadString(reader.ValueSpan);
        reader.Skip();
        return null;
    }

    /// <param name="Path">The JSONPath of the value.</param>
    /// <param name="IsText">Whether it is a text, which may arrive in several pieces.</param>
    /// <param name="Value">The content of a JSON string, or raw JSON.</param>
    internal sealed record Piece(string Path, bool IsText, ReadOnlyMemory<byte> Value);
}
