using System.Text.Json;

namespace Dragoman.Emulator.Completions;

/// <summary>Writes an answer that is not streamed. Text arrives piece by piece, so that a long one needs no memory.</summary>
internal interface IBodyFormat
{
    void Begin(Utf8JsonWriter json);

    void BeginChoice(Utf8JsonWriter json, Choice choice);

    void Write(Utf8JsonWriter json, Choice choice, in Delta delta);

    void EndChoice(Utf8JsonWriter json, Choice choice);

    void End(Utf8JsonWriter json, Usage usage);
}
