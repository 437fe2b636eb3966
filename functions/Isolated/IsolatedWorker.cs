using Dragoman.Hosting;
using Dragoman.Startup;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dragoman.Functions.Isolated;

/// <summary>The gateway as a .NET isolated worker, which the Functions host starts and stops (specs/functions-worker.md 3).</summary>
internal static class IsolatedWorker
{
    private const string Name = "dragoman-functions";

    /// <summary>The argument with the address of the host that started this process.</summary>
    private const string HostAddress = "--functions-uri";

    /// <summary>
    /// The runtime's property that is set when the platform loads this assembly into a process that it has prepared. Such a
    /// process may get no arguments.
    /// </summary>
    private const string PreparedProcess = "AZURE_FUNCTIONS_NATIVE_HOST";

    /// <summary>A variable of the framework: whether the settings files, of which this app has none, are watched for changes.</summary>
    private const string WatchesSettings = "DOTNET_hostBuilder__reloadConfigOnChange";

    /// <summary>The framework's hosted service that writes a key, not encrypted, to the home directory when the process starts.</summary>
    private const string KeyMaker = "Microsoft.AspNetCore.DataProtection.Internal.DataProtectionHostedService";

    /// <summary>The host kills the process 5 s after it has told it to end.</summary>
    private static readonly TimeSpan HostsPatience = TimeSpan.FromSeconds(5);

    /// <summary>Whether a Functions host has started this process.</summary>
    public static bool IsAskedFor(IReadOnlyList<string> arguments) =>
        arguments.Contains(HostAddress) || AppContext.GetData(PreparedProcess) is not null;

    /// <summary>Serves until the host ends the worker or is gone.</summary>
    /// <param name="arguments">What the host passes, for the framework.</param>
    /// <returns>The exit code: 0 after a normal end, 1 when the host cannot be reached or something unexpected failed, 2 after a mistake in a variable or the configuration.</returns>
    public static Task<int> RunAsync(string[] arguments) => Unexpected.CatchAsync(Name, async () =>
    {
        if (StartSnapshot.TryRead(Name, out var telemetry) is not { } snapshot)
            return StartSnapshot.MistakeExitCode;
        Environment.SetEnvironmentVariable(WatchesSettings, "false");
        var builder = FunctionsApplication.CreateBuilder(arguments);
        builder.UseMiddleware<RunningInvocations>();
        builder.ConfigureFunctionsWebApplication();
        builder.UseMiddleware<FailureStatus>();
        builder.Services.AddGateway(snapshot, TimeProvider.System, handsOver: false);
        builder.Services.Configure<KestrelServerOptions>(kestrel => GatewayServices.Limit(kestrel, snapshot.Configuration.Limits));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = HostsPatience);
        KeepKeysOffTheDisk(builder.Services);
        builder.Services.AddTelemetry(telemetry, Name);
        GatewayServices.Filter(builder.Logging);
        builder.Services.AddHostedService<StartNotices>();
        builder.Services.AddHostedService(services => new DrainBeforeStop(services, TimeProvider.System));
        if (AddressIn(arguments) is { } host)
            builder.Services.AddHostedService(services => new HostWatch(host, services.GetRequiredService<IHostApplicationLifetime>(), TimeProvider.System));
        var worker = builder.Build();
        worker.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(Unexpected.BeginsToServe);
        await worker.RunAsync().ConfigureAwait(false);
        return 0;
    });

    private static Uri? AddressIn(string[] arguments) =>
        arguments.SkipWhile(argument => argument != HostAddress).Skip(1).FirstOrDefault() is { } text && Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : null;

    /// <summary>
    /// The integration adds MVC, which adds data protection, although nothing here is protected with it. Without these two steps a
    /// directory with a key would appear in the home directory, which may be read-only.
    /// </summary>
    private static void KeepKeysOffTheDisk(IServiceCollection services)
    {
        foreach (var service in services.Where(service => service.ImplementationType?.FullName == KeyMaker).ToList())
            services.Remove(service);
        services.AddSingleton<IDataProtectionProvider>(provider => new EphemeralDataProtectionProvider(provider.GetRequiredService<ILoggerFactory>()));
    }
}
