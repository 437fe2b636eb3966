using System.Text;
using System.Text.Json;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Completions;

/// <summary>The complete content of a choice.</summary>
/// <param name="Choice">The choice, at its end.</param>
/// <param name="Thinking">The thinking before the text.</param>
/// <param name="Pieces">The text, token by token, also when it declines to answer.</param>
/// <param name="Calls">The tool calls.</param>
internal sealed record SaidChoice(Choice Choice, string Thinking, IReadOnlyList<string> Pieces, IReadOnlyList<ToolCall> Calls)
{
    public string Text => string.Concat(Pieces);
}

/// <summary>Collects the choices of an answer that is not streamed, for a dialect that writes them at the end.</summary>
internal sealed class GatheredBody(Action<Utf8JsonWriter, IReadOnlyList<SaidChoice>, Usage> write) : IBodyFormat
{
    private readonly List<SaidChoice> said = [];
    private readonly StringBuilder thinking = new();
    private List<string> pieces = [];
    private IReadOnlyList<ToolCall> calls = [];

    public void Begin(Utf8JsonWriter json)
    {
    }

    public void BeginChoice(Utf8JsonWriter json, Choice choice)
    {
        thinking.Clear();
        (pieces, calls) = ([], []);
    }

    public void Write(Utf8JsonWriter json, Choice choice, in Delta delta)
    {
        switch (delta.Kind)
        {
            case DeltaKind.Thinking:
                thinking.Append(delta.Text);
                break;
            case DeltaKind.Text or DeltaKind.Refusal:
                if (delta.Text.Length > 0)
                    pieces.Add(delta.Text);
                break;
            default:
                calls = delta.Calls;
                break;
        }
    }

    public void EndChoice(Utf8JsonWriter json, Choice choice) => said.Add(new(choice, thinking.ToString(), pieces, calls));

    public void End(Utf8JsonWriter json, Usage usage) => write(json, said, usage);
}
