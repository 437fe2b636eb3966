using Dragoman.Emulator;

const int Failed = 1;
const int Misconfigured = 2;

EmulatorOptions options;
try
{
    options = EmulatorOptions.Read(args, Environment.GetEnvironmentVariable(EmulatorOptions.PortVariable));
}
catch (FormatException mistake)
{
    Console.Error.WriteLine($"dragoman-emulator: {mistake.Message}");
    return Misconfigured;
}

await using var app = EmulatorApplication.Build(options);
try
{
    await app.StartAsync();
}
catch (IOException)
{
    Console.Error.WriteLine($"dragoman-emulator: port {options.Port} on 127.0.0.1 is in use. Choose another with --port or {EmulatorOptions.PortVariable}.");
    return Failed;
}

Console.WriteLine($"dragoman-emulator listening on {app.Urls.First()}");
await app.WaitForShutdownAsync();
return 0;
