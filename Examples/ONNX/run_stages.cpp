// Classifies an image by what `branchynet export --form stages --preprocessing` wrote, and stops at
// the exit:
//
//     c++ -std=c++17 -O2 Examples/ONNX/run_stages.cpp -o run_stages -lonnxruntime
//     ./run_stages deploy image.pgm
//
// Needs ONNX Runtime and nlohmann-json. The image is a PGM or PPM file of the network's size.
#include <nlohmann/json.hpp>
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

using Json = nlohmann::json;

// Thresholds may be "inf", which JSON has no number for.
float number(const Json &json) {
    return json.is_string() ? std::stof(json.get<std::string>()) : json.get<float>();
}

// The probabilities of an exit, largest first; NaN where a logit is not finite.
std::vector<float> shares(const float *logits, size_t count, float temperature) {
    float largest = *std::max_element(logits, logits + count), sum = 0;
    std::vector<float> shares;
    for (size_t i = 0; i < count; ++i)
        shares.push_back(
            std::isfinite(logits[i]) ? std::exp((logits[i] - largest) / temperature) : NAN);
    for (float share : shares) sum += share;
    for (float &share : shares) share /= sum;
    std::sort(shares.rbegin(), shares.rend());
    return shares;
}

// Whether the image leaves: by the last answers, or by a score. NaN is on neither side.
bool leaves(
    const Json &policy, int exit, const std::vector<float> &shares,
    const std::vector<int> &answers) {
    if (std::isnan(shares[0])) return false;
    if (policy.contains("patience")) {
        size_t count = policy["patience"].get<size_t>() + 1;
        return answers.size() >= count
            && std::set<int>(answers.end() - count, answers.end()).size() == 1;
    }
    std::string score = policy["score"];
    float threshold = number(policy["thresholds"][exit]), entropy = 0;
    if (score == "maximumProbability") return shares[0] >= threshold;
    if (score == "margin") return shares[0] - shares[1] >= threshold;
    if (score != "entropy" && score != "normalizedEntropy")
        throw std::runtime_error("the score " + score + " is fitted; this loop does not know it");
    for (float share : shares) if (share > 0) entropy -= share * std::log(share);
    return (score == "entropy" ? entropy : entropy / std::log(float(shares.size()))) < threshold;
}

int main(int, char **arguments) {
    std::string folder = arguments[1], magic;
    Json manifest = Json::parse(std::ifstream(folder + "/manifest.json"));
    Ort::Env env;
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(1);
    std::vector<Ort::Session> sessions;
    for (const Json &graph : manifest["graphs"]) {
        std::string path = folder + "/" + graph["file"].get<std::string>();
        sessions.emplace_back(env, path.c_str(), options);
    }

    std::ifstream file(arguments[2], std::ios::binary);
    int64_t width = 0, height = 0, largest = 0, channels = manifest["image"]["channels"];
    file >> magic >> width >> height >> largest;
    std::vector<uint8_t> pixels(width * height * channels);
    if (!file.ignore(1).read(reinterpret_cast<char *>(pixels.data()), pixels.size()))
        return std::cerr << arguments[2] << ": expected a PGM or PPM file\n", 1;
    auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    std::map<std::string, Ort::Value> values;
    int64_t shape[] = {1, height, width, channels};
    values.emplace(
        "image", Ort::Value::CreateTensor<uint8_t>(memory, pixels.data(), pixels.size(), shape, 4));

    std::vector<int> answers;
    for (size_t i = 0; i < sessions.size(); ++i) {
        const Json &graph = manifest["graphs"][i];
        std::vector<std::string> names;
        std::vector<const char *> inputs, outputs;
        std::vector<OrtValue *> read;
        for (const Json &port : graph["inputs"]) names.push_back(port["name"]);
        for (const Json &port : graph["outputs"]) names.push_back(port["name"]);
        for (const auto &name : names)
            (inputs.size() < graph["inputs"].size() ? inputs : outputs).push_back(name.c_str());
        for (const char *name : inputs) read.push_back(values.at(name));
        std::vector<OrtValue *> given(outputs.size());
        Ort::ThrowOnError(Ort::GetApi().Run(
            sessions[i], nullptr, inputs.data(), read.data(), read.size(), outputs.data(),
            outputs.size(), given.data()));
        for (size_t j = 0; j < given.size(); ++j)
            values.insert_or_assign(outputs[j], Ort::Value(given[j]));
        if (!graph.contains("exit")) continue;
        int exit = graph["exit"];
        const float *logits = values.at("exit" + std::to_string(exit)).GetTensorData<float>();
        size_t count = manifest["classNames"].size();
        int answer = std::max_element(logits, logits + count) - logits;
        std::vector<float> sure = shares(logits, count, manifest["temperatures"][exit]);
        answers.push_back(std::isnan(sure[0]) ? -1 : answer);
        Json policy = manifest.value("policy", Json());
        bool isLast = i + 1 == sessions.size();
        if (!isLast && (policy.is_null() || !leaves(policy, exit, sure, answers))) continue;
        std::cout << manifest["classNames"][answer].get<std::string>() << ", " << sure[0] * 100
                  << "%, at exit " << exit + 1 << "\n";
        return 0;
    }
}
