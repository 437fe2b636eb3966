using System.CommandLine;
using System.Text.Json;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Commands;

/// <summary><c>models</c>.</summary>
internal static class ModelCommand
{
    private static readonly IReadOnlyList<Column> Columns = [Column.Of("MODEL", "id"), Column.Of("OWNER", "owned_by")];

    public static Command Create(AdminRunner runner)
    {
        var command = new CliCommand("models", "Lists the models that the credential may use. It asks a running gateway.")
        {
            Examples = ["DRAGOMAN_KEY=$key dragoman models --url http://127.0.0.1:5081"],
        };
        command.SetAction(async (parse, cancellation) =>
        {
            var client = runner.OpenGateway(parse, "models");
            await using (client.ConfigureAwait(false))
            {
                var answer = await client.GetAsync("v1/models", cancellation).ConfigureAwait(false);
                if (answer.Status >= 300)
                    return runner.Report(parse, answer, null);
                var json = AdminRunner.ParsedBody(answer);
                var terminal = runner.Context.Terminal;
                if (runner.WantsJson(parse))
                    terminal.WriteJson(answer.Body.Span);
                else if (!json.TryGetProperty("data"u8, out var models) || models.ValueKind != JsonValueKind.Array || models.GetArrayLength() == 0)
                    terminal.Say("There are no models.");
                else
                    Tables.WriteList(terminal, Columns, models.EnumerateArray());
                return ExitCode.Done;
            }
        });
        return command;
    }
}
