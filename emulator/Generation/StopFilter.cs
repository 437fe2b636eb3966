using System.Text;

namespace Dragoman.Emulator.Generation;

/// <summary>
/// Ends a text before the first occurrence of a stop sequence, even when the sequence spans tokens. Text that may be the
/// beginning of a stop sequence is held back until the next token decides.
/// </summary>
internal sealed class StopFilter(ITokenSource source, string[] stops)
{
    private readonly StringBuilder held = new();
    private readonly int longest = stops.Max(stop => stop.Length);
    private bool sourceIsOver;

    /// <summary>The stop sequence that ended the text.</summary>
    public string? Stopped { get; private set; }

    /// <summary>
    /// Takes one token from the source and returns the text that is certain by now, which may be empty. The token counts even
    /// when its text is held back or cut off. False at the end.
    /// </summary>
    public bool TryNext(out string text, out int tokens)
    {
        tokens = 0;
        text = "";
        if (sourceIsOver)
            return false;
        if (!source.TryNext(out var token))
        {
            sourceIsOver = true;
            text = this.held.ToString();
            return text.Length > 0;
        }

        tokens = 1;
        this.held.Append(token);
        var held = this.held.ToString();
        var (cut, stop) = FirstStop(held);
        if (cut >= 0)
        {
            (Stopped, sourceIsOver) = (stop, true);
            text = held[..cut];
            return true;
        }

        var certain = Math.Max(0, held.Length - (longest - 1));
        if (certain > 0 && certain < held.Length && char.IsLowSurrogate(held[certain]))
            certain--;
        text = held[..certain];
        this.held.Remove(0, certain);
        return true;
    }

    private (int At, string? Stop) FirstStop(string held)
    {
        (int At, string? Stop) first = (-1, null);
        foreach (var stop in stops)
        {
            var at = held.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (first.At < 0 || at < first.At))
                first = (at, stop);
        }

        return first;
    }
}
