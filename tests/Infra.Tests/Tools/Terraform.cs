using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Dragoman.Infra.Tests.Tools;

/// <summary>
/// Terraform, with stand-ins that serve the providers' schemas where there are some (<c>INFRA_CHECK</c>, or <c>shared/infra-check</c>
/// in a folder above), else with the providers of the registry. Nothing of it asks Azure: the tests of the templates make up its answers.
/// </summary>
public sealed class Terraform : IAsyncLifetime
{
    private const string Sizes = """
        mock_provider "azurerm" {
          source          = "./tests/azurerm"
          override_during = plan
        }

        mock_provider "azapi" {
          source          = "./tests/azapi"
          override_during = plan
        }

        run "size" {
          command = plan
        }
        """;

    private readonly List<Process> standIns = [];
    private readonly Dictionary<string, string> environment = new()
    {
        ["CHECKPOINT_DISABLE"] = "1",
        ["NO_COLOR"] = "1",
        ["TF_IN_AUTOMATION"] = "1",
        ["TF_CLI_CONFIG_FILE"] = "/dev/null",
    };

    private string? executable;

    /// <summary>Why Terraform cannot run here; null if it can.</summary>
    public string? Missing { get; private set; }

    /// <summary>The folder of the stand-ins; null without any.</summary>
    internal static string? InfraCheck =>
        Environment.GetEnvironmentVariable("INFRA_CHECK") is { Length: > 0 } given ? given
        : Repository.FindUpwards("shared/infra-check") is { } folder ? Path.Combine(folder, "shared/infra-check")
        : null;

    public async Task InitializeAsync()
    {
        executable = Command.Find("terraform");
        if (executable is null)
        {
            Missing = "terraform is not on PATH";
            return;
        }

        if (InfraCheck is { } folder)
            await StartStandInsAsync(folder);
        using var copy = new Templates();
        var init = await RunAsync(copy.Terraform, "init", "-backend=false", "-input=false", "-no-color");
        if (init.Status != 0)
            Missing = $"terraform cannot have its providers: {init.Everything}";
    }

    public Task DisposeAsync()
    {
        foreach (var standIn in standIns)
        {
            standIn.Kill();
            standIn.Dispose();
        }

        return Task.CompletedTask;
    }

    internal Task<CommandResult> RunAsync(string folder, params IEnumerable<string> arguments) =>
        Command.RunAsync(executable!, arguments, folder, environment);

    /// <summary>What the variables of a size would make: the plan as <c>terraform show -json</c> describes it. A test file is written into the folder.</summary>
    /// <exception cref="InvalidOperationException">Terraform reports a mistake.</exception>
    internal async Task<JsonNode> PlanAsync(string folder, string size)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "tests/size.tftest.hcl"), Sizes);
        var init = await RunAsync(folder, "init", "-backend=false", "-input=false", "-no-color");
        if (init.Status != 0)
            throw new InvalidOperationException(init.Everything);
        var test = await RunAsync(folder, "test", "-json", "-verbose", "-filter=tests/size.tftest.hcl", $"-var-file=sizes/{size}.tfvars");
        if (test.Status != 0)
            throw new InvalidOperationException(test.Everything);
        return test.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)
            .Single(line => (string?)line["type"] == "test_plan")["test_plan"]!;
    }

    private async Task StartStandInsAsync(string folder)
    {
        var home = Path.Combine(Path.GetTempPath(), "infra-check");
        var program = Path.Combine(home, "double/provider-double");
        if (!File.Exists(program))
        {
            // The folder may be read-only, and a build writes beside the project.
            Repository.Copy(Path.Combine(folder, "provider-double"), Path.Combine(home, "provider-double"));
            var build = await Command.RunAsync(
                "dotnet", ["build", "-v", "quiet", "--nologo", "-c", "Release", "-o", Path.GetDirectoryName(program)!, "provider-double.csproj"],
                Path.Combine(home, "provider-double"));
            if (build.Status != 0)
                throw new InvalidOperationException(build.Everything);
        }

        var azurerm = Start(program, Path.Combine(folder, "schemas/azurerm-5.2.0.json"), "registry.terraform.io/hashicorp/azurerm", 5);
        var azapi = Start(program, Path.Combine(folder, "schemas/azapi.json"), "registry.terraform.io/azure/azapi", 6);
        environment["TF_REATTACH_PROVIDERS"] = new JsonObject
        {
            ["registry.terraform.io/hashicorp/azurerm"] = azurerm.Address,
            ["registry.terraform.io/azure/azapi"] = azapi.Address,
        }.ToJsonString();
        await WaitForAsync(azurerm.Port);
        await WaitForAsync(azapi.Port);
    }

    private (JsonObject Address, int Port) Start(string program, string schema, string provider, int protocol)
    {
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo(program, [$"{port}", schema, provider]))!;
        standIns.Add(process);
        var address = new JsonObject
        {
            ["Protocol"] = "grpc",
            ["ProtocolVersion"] = protocol,
            ["Pid"] = process.Id,
            ["Test"] = true,
            ["Addr"] = new JsonObject { ["Network"] = "tcp", ["String"] = $"127.0.0.1:{port}" },
        };
        return (address, port);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task WaitForAsync(int port)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, patience.Token);
            }
        }
    }
}
