using Dragoman.Emulator.Inspection;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator;

/// <summary>The emulator as a web application on this machine.</summary>
internal static class EmulatorApplication
{
    public static WebApplication Build(EmulatorOptions options)
    {
        // The empty builder reads no settings file that happens to be in the working directory.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.LongestLength;
            kestrel.Listen(options.Address, options.Port);
        });
        var app = builder.Build();
        var api = new EmulatedApi(new RequestLog(options.Capacity), options.Time, app.Lifetime.ApplicationStopping);
        app.Run(api.HandleAsync);
        return app;
    }
}
