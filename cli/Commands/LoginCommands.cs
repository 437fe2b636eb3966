using System.CommandLine;
using Dragoman.Cli.Clients;
using Dragoman.Cli.Credentials;
using Dragoman.Cli.Login;
using Dragoman.Cli.Output;
using Dragoman.Secrets;

namespace Dragoman.Cli.Commands;

/// <summary><c>login</c> and <c>logout</c>.</summary>
internal static class LoginCommands
{
    private const string StandardInput = "-";

    public static Command CreateLogin(AdminRunner runner)
    {
        var key = new Option<string>("--key") { HelpName = StandardInput, Description = "Reads a key from standard input. A key is never an argument, which others could see." };
        key.Validators.Add(static result =>
        {
            if (result.Tokens is not [{ Value: StandardInput }])
                result.AddError("--key: must be -, so that the key is read from standard input");
        });
        var issuer = new Option<string>("--issuer") { HelpName = "URL", Description = "The OpenID issuer, such as https://login.microsoftonline.com/TENANT/v2.0." };
        var client = new Option<string>("--client-id") { HelpName = "ID", Description = "The id of this application at the issuer." };
        var scope = new Option<string>("--scope") { HelpName = "SCOPES", Description = "The scopes to ask for, with spaces between them, such as 'api://dragoman/.default offline_access'." };
        var command = new CliCommand("login", "Keeps a credential for a gateway: a key, or the tokens of an issuer.")
        {
            Examples =
            [
                "dragoman login --url https://gateway.example.com --key - < key.txt",
                "dragoman login --url https://gateway.example.com --issuer https://login.microsoftonline.com/TENANT/v2.0 --client-id ID --scope 'api://dragoman/.default offline_access'",
            ],
            Notes =
            [
                "With --issuer it shows an address and a code, and waits until somebody has approved them in a browser on any device (RFC 8628). With the scope offline_access most issuers renew the login without another approval.",
                "The credential is kept in the keyring of the operating system, or in a file that only its owner may read.",
            ],
        };
        foreach (var option in new[] { key, issuer, client, scope })
            command.Add(option);
        command.SetAction((parse, cancellation) =>
        {
            var gateway = GatewayOf(runner, parse, "login");
            if (parse.GetValue(key) is not null == parse.GetValue(issuer) is not null)
                throw CliFailure.Usage("login needs either --key - or --issuer URL");
            if (parse.GetValue(issuer) is not { } address)
                return KeepAsync(runner, parse, gateway, ReadKeyAsync, cancellation);
            var clientId = parse.GetValue(client) ?? throw CliFailure.Usage("--issuer needs --client-id, which the issuer has given to this application");
            return KeepAsync(runner, parse, gateway, ending => LogInAsync(runner.Context, address, clientId, parse.GetValue(scope), ending), cancellation);
        });
        return command;

        async Task<StoredCredential> ReadKeyAsync(CancellationToken cancellation)
        {
            var line = await runner.Context.Terminal.Input.ReadLineAsync(cancellation).ConfigureAwait(false);
            try
            {
                return new StoredCredential { Key = SecretText.OfVariable("from standard input", line ?? "") };
            }
            catch (SecretException)
            {
                throw CliFailure.Usage("standard input: must be one line with a key of visible ASCII characters");
            }
        }
    }

    public static Command CreateLogout(AdminRunner runner)
    {
        var command = new CliCommand("logout", "Removes the credential for a gateway from this machine.") { Examples = ["dragoman logout --url https://gateway.example.com"] };
        command.SetAction(async (parse, cancellation) =>
        {
            var gateway = GatewayOf(runner, parse, "logout").ToString();
            var wasThere = await new CredentialStore(runner.Context).RemoveAsync(gateway, cancellation).ConfigureAwait(false);
            if (!runner.IsQuiet(parse))
                runner.Context.Terminal.Say(wasThere ? $"Logged out of {gateway}." : $"There is no login at {gateway}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static GatewayAddress GatewayOf(AdminRunner runner, ParseResult parse, string command) =>
        runner.FindGateway(parse) ?? throw CliFailure.Usage($"{command} needs the address of a gateway, in --url or DRAGOMAN_URL");

    private static async Task<StoredCredential> LogInAsync(CliContext context, string address, string clientId, string? scope, CancellationToken cancellation)
    {
        using var issuer = new Issuer(address, context.Clock);
        return await issuer.LogInAsync(clientId, scope, Show, cancellation).ConfigureAwait(false);

        void Show(DeviceCode code)
        {
            context.Terminal.Say($"Open {code.Address} and enter the code {code.UserCode}.");
            if (code.CompleteAddress is { } complete)
                context.Terminal.Say($"Or open {complete}.");
            context.Terminal.Say("Waiting until the login is approved. Ctrl+C gives up.");
        }
    }

    /// <summary>Keeps a credential, if the gateway accepts it.</summary>
    private static async Task<int> KeepAsync(
        AdminRunner runner, ParseResult parse, GatewayAddress gateway, Func<CancellationToken, Task<StoredCredential>> getAsync, CancellationToken cancellation)
    {
        var credential = await getAsync(cancellation).ConfigureAwait(false);
        var client = new RemoteClient(gateway, new CredentialSource(credential));
        await using (client.ConfigureAwait(false))
        {
            var answer = await client.SendAsync(runner.Call("GET", "whoami"), cancellation).ConfigureAwait(false);
            if (answer.Status >= 300)
                return runner.Report(parse, answer, null);
            var place = await new CredentialStore(runner.Context).SaveAsync(gateway.ToString(), credential, cancellation).ConfigureAwait(false);
            var json = AdminRunner.ParsedBody(answer);
            if (runner.WantsJson(parse))
                runner.Context.Terminal.WriteJson(answer.Body.Span);
            if (!runner.IsQuiet(parse))
                runner.Context.Terminal.Say($"Logged in to {gateway}: kind {JsonView.Text(json, "kind")}, team {JsonView.Text(json, "team")}, user {JsonView.Text(json, "user")}. The credential is kept in {place}.");
            return ExitCode.Done;
        }
    }
}
