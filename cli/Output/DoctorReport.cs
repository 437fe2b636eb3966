using System.Buffers;
using System.Text.Json;
using Dragoman.Diagnosis;
using Dragoman.Startup;
using Dragoman.Wire;

namespace Dragoman.Cli.Output;

/// <summary>Shows findings: to a person each as soon as it is known, to a program all together.</summary>
/// <param name="terminal">Where they are shown.</param>
/// <param name="asJson">Whether a program reads them.</param>
/// <param name="onlyMistakes">Whether only warnings and failures are shown.</param>
internal sealed class DoctorReport(Terminal terminal, bool asJson, bool onlyMistakes)
{
    private readonly List<Finding> findings = [];

    /// <summary>The worst state of all findings.</summary>
    public FindingState Worst { get; private set; }

    public void Add(Finding finding)
    {
        findings.Add(finding);
        if (finding.State > Worst)
            Worst = finding.State;
        if (asJson || (onlyMistakes && finding.State < FindingState.Warning))
            return;
        terminal.WriteLine($"{WordOf(finding.State),-8}{$"{finding.Subject}, {finding.Check}",-30} {Shown(finding.Found)}");
        if (finding.Advice is { } advice)
            terminal.WriteLine($"{"",-8}{"",-30} -> {Shown(advice)}");
    }

    public void End()
    {
        if (asJson)
            terminal.WriteJson(ToJson());
        else if (!onlyMistakes)
            terminal.Say(Summary());
    }

    private string Summary()
    {
        var (failed, warnings) = (findings.Count(static each => each.State == FindingState.Failed), findings.Count(static each => each.State == FindingState.Warning));
        return failed + warnings == 0 ? "Everything that was examined works." : $"Failed: {failed}. Warnings: {warnings}. Begin with the first.";
    }

    private static string Shown(string text) => Secrets.Hide(Printable.Line(text));

    private ReadOnlySpan<byte> ToJson()
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("worst"u8, WordOf(Worst));
            writer.WriteStartArray("findings"u8);
            foreach (var finding in findings)
            {
                writer.WriteStartObject();
                writer.WriteString("subject"u8, finding.Subject);
                writer.WriteString("check"u8, finding.Check);
                writer.WriteString("state"u8, WordOf(finding.State));
                writer.WriteString("found"u8, Shown(finding.Found));
                writer.WriteString("advice"u8, finding.Advice is { } advice ? Shown(advice) : null);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return output.WrittenSpan;
    }

    private static string WordOf(FindingState state) => state switch
    {
        FindingState.Good => "ok",
        FindingState.Skipped => "skipped",
        FindingState.Warning => "warning",
        _ => "failed",
    };
}
