using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RetinaSharp.AspNetCore.Models;

namespace RetinaSharp.AspNetCore.OpenInference;

/// <summary>Metadata and readiness of server and models in the Open Inference Protocol.</summary>
internal sealed class MetadataEndpoints(ModelCatalog catalog)
{
    private const string ServerName = "retinasharp";

    private static readonly string Version = typeof(MetadataEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public Task ServerAsync(HttpContext context) =>
        context.Response.WriteAsJsonAsync(new(ServerName, Version, ["binary_tensor_data"]), InferJson.Default.ServerMetadata, cancellationToken: context.RequestAborted);

    public Task LiveAsync(HttpContext context) => context.Response.WriteAsJsonAsync(new(Live: true), InferJson.Default.ServerLive, cancellationToken: context.RequestAborted);

    public Task ReadyAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusOf(catalog.IsReady);
        return context.Response.WriteAsJsonAsync(new(catalog.IsReady), InferJson.Default.ServerReady, cancellationToken: context.RequestAborted);
    }

    public Task ModelAsync(HttpContext context)
    {
        var model = Find(context);
        return context.Response.WriteAsJsonAsync(
            new(model.Name, [model.Version], ServerName, [new(InferImages.InputName, InferImages.Bytes, [-1])], InferOutputs.Metadata), InferJson.Default.ModelMetadata, cancellationToken: context.RequestAborted);
    }

    public Task ModelReadyAsync(HttpContext context)
    {
        var model = Find(context);
        context.Response.StatusCode = StatusOf(model.IsReady);
        return context.Response.WriteAsJsonAsync(new(model.Name, model.IsReady), InferJson.Default.ModelReadiness, cancellationToken: context.RequestAborted);
    }

    /// <summary>Writes an error in the form of the protocol.</summary>
    public static Task WriteErrorAsync(HttpContext context, RequestException error) =>
        context.Response.WriteAsJsonAsync(new(error.Message), InferJson.Default.InferError, cancellationToken: context.RequestAborted);

    private ServedModel Find(HttpContext context) => catalog.Get(context.GetRouteValue("model") as string, context.GetRouteValue("version") as string);

    private static int StatusOf(bool isReady) => isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
}
