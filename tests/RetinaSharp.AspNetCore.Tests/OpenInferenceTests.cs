using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Tests;

namespace RetinaSharp.AspNetCore.Tests;

public class OpenInferenceTests
{
    private const string Infer = "/v2/models/colors/infer", LengthHeader = "Inference-Header-Content-Length";

    [Fact]
    public async Task Metadata_ServerAndModel_AreThoseOfTheProtocol()
    {
        await using var service = await TestService.StartAsync();

        var server = await GetAsync(service, "/v2");
        Assert.Equal("retinasharp", server.GetProperty("name").GetString());
        Assert.Equal("binary_tensor_data", server.GetProperty("extensions")[0].GetString());
        Assert.True((await GetAsync(service, "/v2/health/live")).GetProperty("live").GetBoolean());
        Assert.True((await GetAsync(service, "/v2/health/ready")).GetProperty("ready").GetBoolean());
        foreach (var url in (string[])["/v2/models/colors", "/v2/models/colors/versions/1"])
        {
            var model = await GetAsync(service, url);
            Assert.Equal("""{"name":"colors","versions":["1"],"platform":"retinasharp","inputs":[{"name":"images","datatype":"BYTES","shape":[-1]}],"outputs":["""
                + """{"name":"boxes","datatype":"FP32","shape":[-1,-1,4]},{"name":"scores","datatype":"FP32","shape":[-1,-1]},{"name":"labels","datatype":"INT64","shape":[-1,-1]},{"name":"counts","datatype":"INT32","shape":[-1]}]}""",
                model.GetRawText());
            Assert.True((await GetAsync(service, url + "/ready")).GetProperty("ready").GetBoolean());
        }

        Assert.Equal("There is no model 'other'; the models are colors.", await ErrorAsync(await service.Client.GetAsync("/v2/models/other"), HttpStatusCode.NotFound));
        Assert.Equal("Model colors has version 1, not '2'.", await ErrorAsync(await service.Client.GetAsync("/v2/models/colors/versions/2/ready"), HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Infer_JsonWithEncodedImages_ReturnsPaddedTensors()
    {
        await using var service = await TestService.StartAsync();
        var two = ColorImages.Paint(128, 64, (1, new(2, 2, 30, 30)), (2, new(40, 4, 100, 60))).Encode(ImageEncoding.Png);

        var response = await InferAsync(service, $$"""
            {"id": "42", "parameters": {"max_detections": 3}, "inputs": [{"name": "images", "datatype": "BYTES", "shape": [2],
             "data": ["{{Convert.ToBase64String(TestEngine.Png())}}", "{{Convert.ToBase64String(two)}}"]}]}
            """);

        Assert.Equal(("colors", "1", "42"), (response.GetProperty("model_name").GetString(), response.GetProperty("model_version").GetString(), response.GetProperty("id").GetString()));
        var outputs = response.GetProperty("outputs").EnumerateArray().ToDictionary(output => output.GetProperty("name").GetString()!);
        Assert.Equal(["boxes", "scores", "labels", "counts"], outputs.Keys);
        Assert.Equal([2, 3, 4], Numbers(outputs["boxes"].GetProperty("shape")));
        Assert.Equal([2, 3], Numbers(outputs["scores"].GetProperty("shape")));
        Assert.Equal([1, 2], Numbers(outputs["counts"].GetProperty("data")));
        Assert.Equal([0, -1, -1, 1, 2, -1], Numbers(outputs["labels"].GetProperty("data")));
        var boxes = Numbers(outputs["boxes"].GetProperty("data"));
        Assert.Equal([8, 8, 38, 38, 0, 0, 0, 0], boxes[..8].Select(value => Math.Round(value)));
        Assert.Equal([2, 2, 30, 30, 40, 4, 100, 60, 0, 0, 0, 0], boxes[12..].Select(value => Math.Round(value)));
        Assert.Equal([true, false, false, true, true, false], Numbers(outputs["scores"].GetProperty("data")).Select(score => score > .5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Infer_JsonWithPixels_NestedOrFlat_FindsTheSame(bool isNested)
    {
        await using var service = await TestService.StartAsync();
        var image = Image.Decode(TestEngine.Png());
        var pixels = image.Pixels.ToArray();
        var data = isNested
            ? JsonSerializer.Serialize(new[] { pixels.Chunk(3 * image.Width).Select(row => row.Chunk(3).Select(pixel => pixel.Select(value => (int)value))) })
            : JsonSerializer.Serialize(pixels.Select(value => (int)value));

        var response = await InferAsync(service, $$"""{"inputs": [{"name": "images", "shape": [1, 64, 128, 3], "data": {{data}}, "datatype": "UINT8"}], "outputs": [{"name": "boxes"}, {"name": "counts"}]}""");

        Assert.Equal(2, response.GetProperty("outputs").GetArrayLength());
        Assert.Equal([8, 8, 38, 38], Numbers(response.GetProperty("outputs")[0].GetProperty("data"))[..4].Select(value => Math.Round(value)));
        Assert.Equal([1], Numbers(response.GetProperty("outputs")[1].GetProperty("data")));
        Assert.False(response.TryGetProperty("id", out _));
    }

    [Theory]
    [InlineData("BYTES")]
    [InlineData("UINT8")]
    public async Task Infer_BinaryInAndOut_FollowsTheExtension(string datatype)
    {
        await using var service = await TestService.StartAsync();
        byte[] first = TestEngine.Png(), second = TestEngine.Png(side: 40);
        byte[] binary = datatype == "BYTES" ? [.. Element(first), .. Element(second)] : [.. Image.Decode(first).Pixels, .. Image.Decode(second).Pixels];
        var shape = datatype == "BYTES" ? "[2, 1]" : "[2, 64, 128, 3]";

        var response = await PostBinaryAsync(service, $$"""
            {"parameters": {"max_detections": 2, "binary_data_output": true}, "inputs": [{"name": "images", "shape": {{shape}}, "datatype": "{{datatype}}", "parameters": {"binary_data_size": {{binary.Length}} } }],
             "outputs": [{"name": "labels"}, {"name": "counts", "parameters": {"binary_data": false} }, {"name": "boxes", "parameters": {"binary_data": true} }]}
            """, binary);

        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.MediaType);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        var length = int.Parse(response.Headers.GetValues(LengthHeader).Single());
        var json = JsonDocument.Parse(bytes.AsMemory(0, length)).RootElement.GetProperty("outputs");
        Assert.Equal(["labels", "counts", "boxes"], json.EnumerateArray().Select(output => output.GetProperty("name").GetString()));
        Assert.Equal(2 * 2 * 8, json[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.False(json[0].TryGetProperty("data", out _));
        Assert.Equal([1, 1], Numbers(json[1].GetProperty("data")));
        Assert.Equal(2 * 2 * 4 * 4, json[2].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.Equal(length + 32 + 64, bytes.Length);
        Assert.Equal([0, -1, 0, -1], MemoryMarshal.Cast<byte, long>(bytes.AsSpan(length, 32)).ToArray());
        Assert.Equal([8, 8, 38, 38, 0, 0, 0, 0, 8, 8, 48, 48, 0, 0, 0, 0], MemoryMarshal.Cast<byte, float>(bytes.AsSpan(length + 32)).ToArray().Select(value => Math.Round((double)value)));
    }

    [Fact]
    public async Task Infer_HeaderLengthZero_IsOneEncodedImage()
    {
        await using var service = await TestService.StartAsync();

        var response = await PostBinaryAsync(service, "", TestEngine.Png());

        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.MediaType);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        var json = JsonDocument.Parse(bytes.AsMemory(0, int.Parse(response.Headers.GetValues(LengthHeader).Single()))).RootElement;
        Assert.Equal(4, json.GetProperty("outputs")[3].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        // The last output, counts.
        Assert.Equal(1, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(^4..)));
    }

    [Fact]
    public async Task Infer_Parameters_SelectDetections()
    {
        await using var service = await TestService.StartAsync();
        var three = Convert.ToBase64String(ColorImages.Paint(128, 64, (0, new(2, 2, 20, 20)), (1, new(30, 4, 60, 40)), (2, new(70, 10, 110, 50))).Encode(ImageEncoding.Png));

        Assert.Equal((double[])[0, 1, 2], await LabelsAsync("{}"));
        Assert.Equal((double[])[0, 1], await LabelsAsync("""{"score_threshold": 0.8}"""));
        Assert.Equal((double[])[2], await LabelsAsync("""{"classes": "blue"}"""));
        // 0 is no sequence.
        Assert.Equal((double[])[0, 1, 2], await LabelsAsync("""{"sequence_id": 0}"""));

        async Task<double[]> LabelsAsync(string parameters)
        {
            var response = await InferAsync(service, $$"""{"parameters": {{parameters}}, "inputs": [{"name": "images", "datatype": "BYTES", "shape": [1], "data": ["{{three}}"]}], "outputs": [{"name": "labels"}]}""");
            return [.. Numbers(response.GetProperty("outputs")[0].GetProperty("data")).Where(label => label >= 0)];
        }
    }

    [Fact]
    public async Task Infer_TimeoutInMicroseconds_Is504()
    {
        await using var service = await TestService.StartAsync();
        service.Engine.Hold();

        var error = await ErrorAsync(await PostAsync(service,
            $$"""{"parameters": {"timeout": 20000}, "inputs": [{"name": "images", "datatype": "BYTES", "shape": [1], "data": ["{{Convert.ToBase64String(TestEngine.Png())}}"]}]}"""), HttpStatusCode.GatewayTimeout);

        Assert.Contains("deadline", error);
    }

    [Theory]
    [InlineData("{", "not valid JSON", 400)]
    [InlineData("""{"id": "\ud800"}""", "not valid JSON", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [1], "data": ["\ud800"]}]}""", "not a string in base64", 400)]
    [InlineData("""{"parameters": {"classes": "\ud800"}, "inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 3]}]}""", "parameter classes: must be a string", 400)]
    [InlineData("""{"parameters": {"classes": 5}, "inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 3]}]}""", "parameter classes: must be a string", 400)]
    [InlineData("null", "the request is null", 400)]
    [InlineData("{}", "has 0 inputs", 400)]
    [InlineData("""{"inputs": [null]}""", "has 1 inputs", 400)]
    [InlineData("""{"inputs": [{"name": "pixels", "datatype": "BYTES", "shape": [1], "data": []}]}""", "no input 'pixels'", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "FP32", "shape": [1, 1, 1, 3], "data": [1, 2, 3]}]}""", "'FP32' is neither BYTES", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "data": []}]}""", "shape is missing", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [-1], "data": []}]}""", "negative length", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [0], "data": []}]}""", "no images", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [2], "data": ["YQ=="]}]}""", "says 2 images, but the data have 1", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [1], "data": ["YQ==", "YQ=="]}]}""", "the data have more", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [1], "data": ["?"]}]}""", "not a string in base64", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [1], "data": ["YQ=="]}]}""", "image 1: is not a JPEG", 415)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [1]}]}""", "data must be an array", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [1], "data": null}]}""", "data must be an array", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 5}}]}""", "binary_data_size is 5, but 0 bytes", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [1000], "data": []}]}""", "limit of 16", 413)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 2, 2], "data": []}]}""", "must be [N, height, width, 3]", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 1, 3], "data": [1, 2]}]}""", "says 3 elements, but the data have 2", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 1, 3], "data": [1, 2, 3, 4]}]}""", "the data have more", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 256]}]}""", "element 2 is not an integer from 0 to 255", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 4000000000, 4000000000, 3], "data": []}]}""", "more than the limit", 413)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [9, 5000, 5000, 3], "data": []}]}""", "more than the data have", 400)]
    [InlineData("""{"parameters": {"max_detections": "many"}, "inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 3]}]}""", "parameter max_detections: must be an integer", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 3]}], "outputs": [{"name": "masks"}]}""", "no output 'masks'; the outputs are boxes", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 3]}], "outputs": [null]}""", "no output ''", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 3]}], "outputs": [{"name": "boxes"}, {"name": "boxes"}]}""", "'boxes' is named twice", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 3]}], "outputs": [{"name": "boxes", "parameters": {"shared_memory_region": "r"}}]}""", "shared memory is not supported", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "parameters": {"shared_memory_region": "r"}}]}""", "shared memory is not supported", 400)]
    [InlineData("""{"parameters": {"sequence_id": 5}, "inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 3]}]}""", "sequences are not supported", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 3]}], "outputs": [{"name": "scores", "parameters": {"classification": 3}}]}""", "classification: this extension is not supported", 400)]
    [InlineData("""{"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 70000, 3], "data": []}]}""", "65535 on a side", 413)]
    public async Task Infer_BadRequest_IsAnErrorThatNamesIt(string json, string error, int status)
    {
        await using var service = await TestService.StartAsync();

        Assert.Contains(error, await ErrorAsync(await PostAsync(service, json), (HttpStatusCode)status));
    }

    [Fact]
    public async Task Infer_BadBinary_Is400()
    {
        await using var service = await TestService.StartAsync();
        const string request = """{"inputs": [{"name": "images", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 6}}]}""";

        Assert.Contains("end within element 0", await ErrorAsync(await PostBinaryAsync(service, request, [200, 0, 0, 0, 1, 2]), HttpStatusCode.BadRequest));
        Assert.Contains("end within element 0", await ErrorAsync(await PostBinaryAsync(service, request, [255, 255, 255, 255, 1, 2]), HttpStatusCode.BadRequest));
        Assert.Contains("end within element 1", await ErrorAsync(await PostBinaryAsync(service, request, [0, 0, 0, 0, 1, 2]), HttpStatusCode.BadRequest));
        Assert.Contains("7 bytes follow", await ErrorAsync(await PostBinaryAsync(service, request, new byte[7]), HttpStatusCode.BadRequest));
        Assert.Contains(LengthHeader, await ErrorAsync(await PostBinaryAsync(service, request, [], "many"), HttpStatusCode.BadRequest));
        Assert.Contains(LengthHeader, await ErrorAsync(await PostBinaryAsync(service, request, [], "100000"), HttpStatusCode.BadRequest));
    }

    private static async Task<JsonElement> GetAsync(TestService service, string url) => await TestService.ReadAsync(await service.Client.GetAsync(url));

    [Fact]
    public async Task Infer_JsonOfManyElements_IsRefusedBeforeItIsRead()
    {
        await using var service = await TestService.StartAsync();
        var many = string.Join(',', Enumerable.Repeat("{}", 6000));

        // Only the data of input tensors are not parsed.
        foreach (var json in (string[])[
            $$"""{"inputs": [{{many}}]}""", $$"""{"parameters": {"data": [{{many}}]} }""", $$"""{"data": [{{many}}]}""",
            $$"""{"inputs": [{"name": "images", "parameters": {"data": [{{many}}]} }]}""", $$"""{"inputs": [], "outputs": [{"data": [{{many}}]}]}"""])
            Assert.Contains("more than 10000 JSON elements", await ErrorAsync(await PostAsync(service, json), HttpStatusCode.BadRequest));
        Assert.Contains("limit of 65536", await ErrorAsync(await PostAsync(
            service, $$"""{"parameters": {"classes": "{{new string('a', 70_000)}}"}, "inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 3]}]}"""), HttpStatusCode.BadRequest));
    }

    private static async Task<JsonElement> InferAsync(TestService service, string json) => await TestService.ReadAsync(await PostAsync(service, json));

    private static Task<HttpResponseMessage> PostAsync(TestService service, string json) => service.PostAsync(Infer, Encoding.UTF8.GetBytes(json), "application/json");

    private static Task<HttpResponseMessage> PostBinaryAsync(TestService service, string json, byte[] binary, string? length = null)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var content = new ByteArrayContent([.. header, .. binary]) { Headers = { { "Content-Type", "application/octet-stream" } } };
        return service.Client.SendAsync(new(HttpMethod.Post, Infer) { Content = content, Headers = { { LengthHeader, length ?? header.Length.ToString() } } });
    }

    private static async Task<string> ErrorAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var json = await TestService.ReadAsync(response, status);
        return Assert.Single(json.EnumerateObject(), property => property.Name == "error").Value.GetString()!;
    }

    private static byte[] Element(byte[] file)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, file.Length);
        return [.. length, .. file];
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetDouble())];
}
