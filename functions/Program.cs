using Dragoman.Hosting;
#if ISOLATED
using Dragoman.Functions.Isolated;

if (IsolatedWorker.IsAskedFor(args))
    return await IsolatedWorker.RunAsync(args);
#endif

// A server of its own, for nginx, containers and the host of custom handlers, which sets the port variable.
return await GatewayHost.RunAsync(args, "dragoman-functions", "FUNCTIONS_CUSTOMHANDLER_PORT", 7071, handsOver: false);
