using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Cli.Output;
using Dragoman.Configuration;

namespace Dragoman.Cli.Commands;

/// <summary><c>config</c>: the configuration on disk, and that of a running gateway.</summary>
internal static class ConfigCommands
{
    private const string ConfigVariable = "DRAGOMAN_CONFIG";

    public static Command Create(AdminRunner runner) => new CliCommand("config", "The gateway's configuration: gateway.json, gateway.d and variables.")
    {
        CreateCheck(runner), CreateShow(runner), CreateDiff(runner),
    };

    private static CliCommand CreateCheck(AdminRunner runner)
    {
        var file = FileOption();
        var command = new CliCommand("check", "Reads the configuration as the gateway would, and prints every mistake. Exits with 2 if there is one.")
        {
            Examples = ["dragoman config check --config gateway.json"],
            Notes = ["Run it with the variables of the gateway: they are a part of the configuration, and secrets may be among them."],
        };
        command.Add(file);
        command.SetAction(parse =>
        {
            var terminal = runner.Context.Terminal;
            GatewayConfiguration configuration;
            try
            {
                configuration = Read(runner.Context, parse.GetValue(file));
            }
            catch (ConfigurationException error)
            {
                if (runner.WantsJson(parse))
                    terminal.WriteJson(Json(writer => WriteList(writer, "mistakes", error.Mistakes)));
                foreach (var mistake in runner.WantsJson(parse) ? [] : error.Mistakes)
                    terminal.Say($"{CommandTree.Program}: {mistake}");
                return ExitCode.Usage;
            }

            if (runner.WantsJson(parse))
            {
                terminal.WriteJson(Json(writer =>
                {
                    WriteList(writer, "mistakes", []);
                    WriteList(writer, "notices", configuration.Notices);
                }));
            }
            else if (!runner.IsQuiet(parse))
            {
                foreach (var notice in configuration.Notices)
                    terminal.Say(notice);
                terminal.Say($"The configuration has no mistakes: {configuration.Providers.Count} providers, {configuration.Models.Count} models.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand CreateShow(AdminRunner runner)
    {
        var file = FileOption();
        var command = new CliCommand("show", "Shows each value that is in force, and where it comes from. Credentials are masked.")
        {
            Examples = ["dragoman config show --config gateway.json", "dragoman config show --url https://gateway.example.com"],
            Notes = ["With an address it shows what that gateway runs with, which needs the role admin."],
        };
        command.Add(file);
        command.SetAction(async (parse, cancellation) =>
        {
            if (runner.FindGateway(parse) is null)
            {
                var values = ConfigurationView.Of(Checked(() => Read(runner.Context, parse.GetValue(file))));
                Show(runner, parse, values);
                return ExitCode.Done;
            }

            RefuseFile(parse, file);
            return await runner.RunAsync(parse, runner.Call("GET", "config"), null, answer => Show(runner, parse, ValuesIn(AdminRunner.ParsedBody(answer))), cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static CliCommand CreateDiff(AdminRunner runner)
    {
        var file = FileOption();
        var other = new Argument<string?>("OTHER")
        {
            Description = "Another gateway.json, or a directory with one. Without it, what the gateway at --url runs with.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new CliCommand("diff", "Compares the configuration with another one, or with what a gateway runs with. Exits with 1 if they differ.")
        {
            Examples = ["dragoman config diff ../staging/gateway.json", "dragoman config diff --url https://gateway.example.com"],
            Notes = ["Credentials are masked, so that two different ones look the same; references to secrets are compared."],
        };
        command.Add(other);
        command.Add(file);
        command.SetAction(async (parse, cancellation) =>
        {
            var here = ConfigurationView.Of(Checked(() => Read(runner.Context, parse.GetValue(file))));
            if (parse.GetValue(other) is { } path)
            {
                var there = Directory.Exists(path) ? Path.Combine(path, ConfigurationReader.UsualFile) : path;
                return Compare(runner, parse, here, ConfigurationView.Of(Checked(() => ConfigurationReader.Read(there, runner.Context.Environment, "argument OTHER"))), there);
            }

            var client = runner.OpenGateway(parse, "config diff without another file");
            await using (client.ConfigureAwait(false))
            {
                var answer = await client.SendAsync(runner.Call("GET", "config"), cancellation).ConfigureAwait(false);
                return answer.Status >= 300
                    ? runner.Report(parse, answer, null)
                    : Compare(runner, parse, here, ValuesIn(AdminRunner.ParsedBody(answer)), client.Address.ToString());
            }
        });
        return command;
    }

    private static int Compare(AdminRunner runner, ParseResult parse, IReadOnlyList<ConfigurationValue> here, IReadOnlyList<ConfigurationValue> there, string name)
    {
        var terminal = runner.Context.Terminal;
        var differences = ConfigurationView.Differences(here, there);
        if (runner.WantsJson(parse))
        {
            terminal.WriteJson(Json(writer =>
            {
                writer.WriteStartArray("differences"u8);
                foreach (var (pointer, before, after) in differences)
                {
                    writer.WriteStartObject();
                    writer.WriteString("pointer"u8, pointer);
                    WriteRaw(writer, "here", before);
                    WriteRaw(writer, "there", after);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }));
        }
        else if (differences.Count > 0)
        {
            Tables.WriteRows(terminal, ["POINTER", "HERE", "THERE"], differences.Select(static each => new[] { each.Pointer, each.Before ?? "-", each.After ?? "-" }));
        }
        else if (!runner.IsQuiet(parse))
        {
            terminal.Say($"It is the same as {name}.");
        }

        return differences.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Show(AdminRunner runner, ParseResult parse, IReadOnlyList<ConfigurationValue> values)
    {
        if (runner.WantsJson(parse))
            runner.Context.Terminal.WriteJson(Json(writer => ConfigurationView.Write(writer, values)));
        else
            Tables.WriteRows(runner.Context.Terminal, ["POINTER", "VALUE", "ORIGIN"], values.Select(static each => new[] { each.Pointer, each.Value.ToJsonString(), each.Origin.ToString() }));
    }

    private static List<ConfigurationValue> ValuesIn(JsonElement answer)
    {
        var values = new List<ConfigurationValue>();
        foreach (var each in answer.GetProperty("values"u8).EnumerateArray())
        {
            var origin = each.GetProperty("origin"u8);
            var kind = origin.GetProperty("kind"u8).GetString() switch
            {
                "file" => ValueOriginKind.File,
                "variable" => ValueOriginKind.Variable,
                _ => ValueOriginKind.Default,
            };
            values.Add(new(
                each.GetProperty("pointer"u8).GetString()!,
                JsonNode.Parse(each.GetProperty("value"u8).GetRawText())!,
                new(kind, origin.TryGetProperty("name"u8, out var name) ? name.GetString()! : "")));
        }

        return values;
    }

    private static Option<string> FileOption() => new("--config") { HelpName = "FILE", Description = $"The base file, instead of {ConfigVariable} or gateway.json." };

    private static void RefuseFile(ParseResult parse, Option<string> file)
    {
        if (parse.GetValue(file) is not null)
            throw CliFailure.Usage("--config and the address of a gateway are given together; allowed: one of them");
    }

    /// <exception cref="ConfigurationException">It has a mistake.</exception>
    private static GatewayConfiguration Read(CliContext context, string? option) => option is not null
        ? ConfigurationReader.Read(option, context.Environment, "argument --config")
        : context.Variable(ConfigVariable) is { } file
            ? ConfigurationReader.Read(file, context.Environment, $"environment variable {ConfigVariable}")
            : ConfigurationReader.Read(null, context.Environment);

    private static GatewayConfiguration Checked(Func<GatewayConfiguration> read)
    {
        try
        {
            return read();
        }
        catch (ConfigurationException error)
        {
            throw CliFailure.Usage(string.Join("; ", error.Mistakes));
        }
    }

    private static ReadOnlySpan<byte> Json(Action<Utf8JsonWriter> writeMembers)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }

        return output.WrittenSpan;
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    private static void WriteRaw(Utf8JsonWriter writer, string name, string? json)
    {
        writer.WritePropertyName(name);
        if (json is null)
            writer.WriteNullValue();
        else
            writer.WriteRawValue(json);
    }
}
